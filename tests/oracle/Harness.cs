// Evaluates the expressions that golden.py puts in place and prints a line of JSON for each.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Xml.Linq;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using System.Xml.XPath;
using NameTable = System.Xml.NameTable;
using XmlDocument = System.Xml.XmlDocument;
using XmlElement = System.Xml.XmlElement;
using XmlNamespaceManager = System.Xml.XmlNamespaceManager;
using XmlNode = System.Xml.XmlNode;
using XmlNodeType = System.Xml.XmlNodeType;
using XmlReader = System.Xml.XmlReader;

static class Harness
{
/*EXPRESSIONS*/

    static object Evaluate(int at)
    {
        switch (at)
        {
/*CASES*/
        }
        return null;
    }

    static void Main()
    {
        // A clock without seconds' marks: newer ICU data parts time and AM by U+202F, which .NET Core 3.1 then drops. Later versions of
        // .NET, and Windows, print a space.
        var culture = (CultureInfo)new CultureInfo("en-US").Clone();
        culture.DateTimeFormat.LongTimePattern = "h:mm:ss tt";
        culture.DateTimeFormat.ShortTimePattern = "h:mm tt";
        CultureInfo.DefaultThreadCurrentCulture = culture;
        var output = new StringBuilder();
        foreach (var at in new int[] { /*NUMBERS*/ })
        {
            output.Append("{\"at\":").Append(at);
            string value = null, thrown = "(no end)";
            var thread = new Thread(() =>
            {
                try
                {
                    value = Text(Evaluate(at));
                    thrown = null;
                }
                catch (Exception error)
                {
                    thrown = error.Message;
                }
            });
            thread.IsBackground = true;
            thread.Start();
            thread.Join(3000);
            output.Append(thrown == null ? ",\"value\":" : ",\"throws\":");
            Quote(output, thrown ?? value);
            output.Append("}\n");
        }
        Console.Write(output);
        Console.Out.Flush();
        Environment.Exit(0);
    }

    // What `set-body` would write.
    static string Text(object value)
    {
        var bytes = value as byte[];
        return value == null ? null : bytes != null ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value);
    }

    static void Quote(StringBuilder output, string text)
    {
        if (text == null)
        {
            output.Append("null");
            return;
        }
        output.Append('"');
        foreach (var c in text)
        {
            if (c < ' ' || c > '~' || c == '"' || c == '\\')
                output.Append("\\u").Append(((int)c).ToString("x4"));
            else
                output.Append(c);
        }
        output.Append('"');
    }
}
