using System.Text;
using Berth.Engine;

namespace Berth.SetUp;

/// <summary>
/// Who made a tenant (B745), as a named value beside its journal: the journal is the tenant's own to read, and who administers the installation is no matter of it (B732).
/// </summary>
internal static class TenantMaker
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    public const string Beginning = "made/";

    /// <summary>The name of the value; it goes with the tenant wherever that goes.</summary>
    public static string NameOf(Guid tenant) => $"{Beginning}{tenant:D}";

    /// <summary>The value.</summary>
    public static byte[] ValueOf(Actor actor) => Encoding.UTF8.GetBytes(actor.DisplayName);

    /// <summary>Who it was; null when nobody noted it.</summary>
    public static string? Read(byte[]? value) => value is { Length: > 0 } ? Encoding.UTF8.GetString(value) : null;
}
