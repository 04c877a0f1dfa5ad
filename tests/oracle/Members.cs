// Prints every public member of the types in `allowed.txt` (its argument) as C# declares it, by reflection; behind a `#` why an
// expression cannot use it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;

static class Members
{
    const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    static readonly Dictionary<Type, string> Keywords = new Dictionary<Type, string> {
        { typeof(bool), "bool" }, { typeof(byte), "byte" }, { typeof(sbyte), "sbyte" }, { typeof(char), "char" },
        { typeof(short), "short" }, { typeof(ushort), "ushort" }, { typeof(int), "int" }, { typeof(uint), "uint" },
        { typeof(long), "long" }, { typeof(ulong), "ulong" }, { typeof(float), "float" }, { typeof(double), "double" },
        { typeof(decimal), "decimal" }, { typeof(string), "string" }, { typeof(object), "object" }, { typeof(void), "void" },
    };

    static readonly Dictionary<string, string> Operators = new Dictionary<string, string> {
        { "op_Addition", "+" }, { "op_Subtraction", "-" }, { "op_Multiply", "*" }, { "op_Division", "/" }, { "op_Modulus", "%" },
        { "op_Equality", "==" }, { "op_Inequality", "!=" }, { "op_LessThan", "<" }, { "op_GreaterThan", ">" },
        { "op_LessThanOrEqual", "<=" }, { "op_GreaterThanOrEqual", ">=" }, { "op_UnaryNegation", "-" }, { "op_UnaryPlus", "+" },
        { "op_Increment", "++" }, { "op_Decrement", "--" },
    };

    static HashSet<Type> listed;

    static void Main(string[] args)
    {
        var lines = File.ReadAllLines(args[0]).Where(it => it != "" && it[0] != '#').ToList();
        listed = new HashSet<Type>(lines.Select(it => Find(it.Split(':')[0])));
        foreach (var line in lines)
        {
            var parts = line.Split(new[] { ':' }, 2);
            var type = Find(parts[0]);
            var names = parts.Length == 1 ? new string[0] : parts[1].Trim().Split(' ');
            foreach (var text in Of(type, it => IsAllowed(it, names)))
                Console.WriteLine(FullName(type) + ": " + text);
        }
    }

    static readonly List<Assembly> Assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")).Split(Path.PathSeparator)
        .Select(Path.GetFileNameWithoutExtension).Where(it => it.StartsWith("System")).Select(Assembly.Load)
        .Concat(new[] { typeof(Newtonsoft.Json.Linq.JToken).Assembly }).ToList();

    static Type Find(string name)
    {
        return Assemblies.Select(it => it.GetType(name)).FirstOrDefault(it => it != null) ?? throw new Exception("no type " + name);
    }

    // `.ctor` names constructors; `-Name` excludes a name, `-Name()` only the form without parameters.
    static bool IsAllowed(MemberInfo member, string[] names)
    {
        if (names.Length == 0)
            return true;
        if (!names[0].StartsWith("-"))
            return names.Contains(member.Name);
        var method = member as MethodInfo;
        return !names.Contains("-" + member.Name)
            && !(method != null && method.GetParameters().Length == 0 && names.Contains("-" + member.Name + "()"));
    }

    static IEnumerable<string> Of(Type type, Func<MemberInfo, bool> isAllowed)
    {
        var members = type.GetMembers(Public).Where(isAllowed).ToList();
        if (type.IsEnum)
            return members.OfType<FieldInfo>().Where(it => it.IsLiteral).Select(it => it.Name);
        // What a listed base declares counts there, and an override is the same member again.
        members = members.Where(it => it.DeclaringType == type || !listed.Contains(Generic(it.DeclaringType))).ToList();
        var accessors = new HashSet<MethodInfo>(members.OfType<PropertyInfo>().SelectMany(it => it.GetAccessors()));
        var texts = members.OfType<FieldInfo>().Select(it => Text(Static(it.IsStatic) + Name(it.FieldType) + " " + it.Name, it, it.FieldType))
            .Concat(members.OfType<ConstructorInfo>().Where(it => !it.IsStatic)
                .Select(it => Text("new " + Plain(type) + Parameters(it), it, Types(it))))
            .Concat(members.OfType<PropertyInfo>().Where(it => !IsOverride(it.GetAccessors()[0], type)).Select(Property))
            .Concat(members.OfType<MethodInfo>().Where(it => !accessors.Contains(it) && !IsOverride(it, type))
                .Select(it => Text(Method(it), it, Types(it).Append(it.ReturnType).ToArray())));
        return texts.Distinct().OrderBy(it => it, StringComparer.Ordinal);
    }

    static Type[] Types(MethodBase method)
    {
        return method.GetParameters().Select(it => it.ParameterType).ToArray();
    }

    static string Text(string declaration, MemberInfo member, params Type[] types)
    {
        var reasons = types.SelectMany(Parts).Select(Reason).Where(it => it != null);
        if (member.DeclaringType == typeof(MarshalByRefObject))
            reasons = new[] { "remoting" };
        if (member is MethodInfo && ((MethodInfo)member).IsSpecialName && (member.Name.StartsWith("add_") || member.Name.StartsWith("remove_")))
            reasons = new[] { "an event" };
        return declaration + (reasons.Any() ? " # " + reasons.First() : "");
    }

    // A type and what it is made of.
    static IEnumerable<Type> Parts(Type type)
    {
        if (type.IsPointer || type.IsGenericParameter || type == typeof(char).MakeByRefType())
            return new[] { type };
        if (type.HasElementType)
            return Parts(type.GetElementType());
        return type.GetGenericArguments().SelectMany(Parts).Append(type);
    }

    // What expressions get and give without a name for it.
    static readonly HashSet<Type> Implied = new HashSet<Type> {
        typeof(void), typeof(DateTime), typeof(DayOfWeek), typeof(DateTimeKind), typeof(IComparer<>), typeof(IEqualityComparer<>), typeof(IGrouping<,>),
        typeof(ILookup<,>), typeof(IOrderedEnumerable<>), typeof(IReadOnlyList<>), typeof(Newtonsoft.Json.Linq.IJEnumerable<>),
        typeof(System.Text.RegularExpressions.MatchCollection), typeof(System.Net.Sockets.AddressFamily),
    };

    static readonly Type[] Streams = {
        typeof(Stream), typeof(TextReader), typeof(TextWriter), typeof(System.Xml.XmlReader), typeof(System.Xml.XmlWriter),
        typeof(Newtonsoft.Json.JsonReader), typeof(Newtonsoft.Json.JsonWriter),
    };

    static string Reason(Type type)
    {
        if (type.IsPointer)
            return "a pointer";
        if (type.IsByRef || type.IsByRefLike || type.Name.StartsWith("ReadOnlyMemory") || type.Name.StartsWith("Memory"))
            return "a reference into memory";
        if (type.IsGenericParameter || listed.Contains(Generic(type)) || Implied.Contains(Generic(type)))
            return null;
        if (typeof(Delegate).IsAssignableFrom(type) && type.Namespace == "System" || type.Name == "MatchEvaluator")
            return null;
        if (Streams.Any(it => it.IsAssignableFrom(type)))
            return "a stream: " + type.Name;
        if (type == typeof(Type) || type == typeof(TypeCode) || typeof(MemberInfo).IsAssignableFrom(type))
            return "reflection: " + type.Name;
        return "not on the list: " + Plain(type);
    }

    static Type Generic(Type type)
    {
        return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
    }

    static bool IsOverride(MethodInfo method, Type type)
    {
        var first = Generic(method.GetBaseDefinition().DeclaringType);
        return first != type && listed.Contains(first);
    }

    static string Property(PropertyInfo property)
    {
        var get = property.GetGetMethod();
        var set = property.GetSetMethod();
        var indexes = property.GetIndexParameters();
        var name = indexes.Length == 0 ? property.Name : "this[" + List(indexes, false) + "]";
        var access = set == null ? "" : get == null ? " { set; }" : " { get; set; }";
        var text = Static((get ?? set).IsStatic) + Name(property.PropertyType) + " " + name + access;
        return Text(text, property, indexes.Select(it => it.ParameterType).Append(property.PropertyType).ToArray());
    }

    static string Method(MethodInfo method)
    {
        if (method.Name == "op_Implicit" || method.Name == "op_Explicit")
            return method.Name.Substring(3).ToLowerInvariant() + " operator " + Name(method.ReturnType) + " " + Parameters(method);
        string sign;
        if (Operators.TryGetValue(method.Name, out sign))
            return "static " + Name(method.ReturnType) + " operator " + sign + Parameters(method);
        var own = method.IsGenericMethodDefinition ? "<" + string.Join(", ", method.GetGenericArguments().Select(Name)) + ">" : "";
        return Static(method.IsStatic) + Name(method.ReturnType) + " " + method.Name + own + Parameters(method);
    }

    static string Static(bool isStatic)
    {
        return isStatic ? "static " : "";
    }

    static string Parameters(MethodBase method)
    {
        return "(" + List(method.GetParameters(), method.IsDefined(typeof(ExtensionAttribute), false)) + ")";
    }

    static string List(ParameterInfo[] parameters, bool isExtension)
    {
        return string.Join(", ", parameters.Select((it, at) => (at == 0 && isExtension ? "this " : "") + Parameter(it)));
    }

    static string Parameter(ParameterInfo it)
    {
        var type = it.ParameterType;
        var mode = it.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : !type.IsByRef ? "" : it.IsOut ? "out " : it.IsIn ? "in " : "ref ";
        var value = !it.HasDefaultValue ? "" : " = " + (it.DefaultValue == null ? "null" : it.DefaultValue is bool ? it.DefaultValue.ToString().ToLowerInvariant() : it.DefaultValue.ToString().Replace(", ", " | "));
        return mode + Name(type.IsByRef ? type.GetElementType() : type) + " " + it.Name + value;
    }

    // With namespace; the form that the heading of a type has in docs/expressions.md.
    static string FullName(Type type)
    {
        return type.Namespace + "." + Plain(type);
    }

    static string Name(Type type)
    {
        string keyword;
        if (type.IsPointer)
            return Name(type.GetElementType()) + "*";
        if (type.IsArray)
            return Name(type.GetElementType()) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Nullable.GetUnderlyingType(type) != null && type != typeof(Nullable<>))
            return Name(Nullable.GetUnderlyingType(type)) + "?";
        return Keywords.TryGetValue(type, out keyword) ? keyword : Plain(type);
    }

    // Without keywords: `String`, `List<T>`, `TimeZoneInfo.AdjustmentRule`.
    static string Plain(Type type)
    {
        var arguments = type.GetGenericArguments();
        var name = type.Name.Split('`')[0];
        if (type.DeclaringType != null)
            return Plain(type.DeclaringType) + "." + name;
        return arguments.Length == 0 ? name : name + "<" + string.Join(", ", arguments.Select(Name)) + ">";
    }
}
