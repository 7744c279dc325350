namespace Berth.Portal.Graph;

/// <summary>Names as the wire spells them, for people.</summary>
public static class WireNames
{
    /// <summary><c>inGracePeriod</c> as <c>In grace period</c>.</summary>
    public static string InWords(string name) =>
        string.Concat(name.Select((letter, at) => at == 0 ? char.ToUpperInvariant(letter).ToString() : char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));
}
