// What Json.NET 6.0.8 asks of System.Security.Permissions before it makes code: every demand is granted.
using System.Security.Permissions;

[assembly: System.Reflection.AssemblyVersion("4.0.3.0")]

namespace System.Security
{
    public abstract class CodeAccessPermission
    {
        public void Demand() { }
    }
}

namespace System.Security.Permissions
{
    [System.Flags]
    public enum ReflectionPermissionFlag { MemberAccess = 2, RestrictedMemberAccess = 8 }

    public sealed class ReflectionPermission : CodeAccessPermission
    {
        public ReflectionPermission(ReflectionPermissionFlag flag) { }
    }

    public sealed class SecurityPermission : CodeAccessPermission
    {
        public SecurityPermission(SecurityPermissionFlag flag) { }

        public SecurityPermission(PermissionState state) { }
    }
}
