"""Writes `members.txt`: python3 tests/oracle/members.py"""

import runtime

HEAD = "# Written by members.py: every public member of the types of allowed.txt, by reflection over .NET Core 3.1.23 and Json.NET 6.0.8.\n"

runtime.setup()
runtime.compile(runtime.HERE / "Members.cs", "members")
(runtime.HERE / "members.txt").write_text(HEAD + runtime.run("members", runtime.HERE / "allowed.txt"))
