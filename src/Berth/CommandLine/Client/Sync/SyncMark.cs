using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Berth.CommandLine.Client.Sync;

/// <summary>
/// How a sync knows again what it brought (B810): a user by <c>onPremisesImmutableId</c>, which is the sync's name, a colon and the key in the source; a group by its mail
/// alias, which is the name, a hyphen and a hash of the key.
/// </summary>
internal static partial class SyncMark
{
    /// <summary>Whether a sync can have this name.</summary>
    public static bool IsName(string name) => name.Length <= SyncLimits.NameCharacters && Name().IsMatch(name);

    /// <summary>The mark of a user.</summary>
    public static string OfUser(string sync, string key) => $"{sync}:{key}";

    /// <summary>The mark of a group.</summary>
    public static string OfGroup(string sync, string key) => $"{sync}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16))}";

    /// <summary>Whether a mark is that of a user of this sync.</summary>
    public static bool IsUserOf(string sync, string? mark) => mark?.StartsWith(sync + ":", StringComparison.Ordinal) == true;

    /// <summary>Whether a mark is that of a group of this sync.</summary>
    public static bool IsGroupOf(string sync, string? mark) => IsGroup(mark) && mark!.Length == sync.Length + 33 && mark.StartsWith(sync + "-", StringComparison.Ordinal);

    /// <summary>Whether a mark is that of a group of any sync.</summary>
    public static bool IsGroup(string? mark) => mark is not null && Group().IsMatch(mark);

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-z0-9-]+-[0-9a-f]{32}\z", RegexOptions.None, 1000)]
    private static partial Regex Group();
}
