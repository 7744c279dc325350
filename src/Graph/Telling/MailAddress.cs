namespace Berth.Graph.Telling;

/// <summary>
/// Mail addresses that letters may go to (B790): one mailbox at a host, in the characters that need neither quotes nor a comment. What begins another header or another
/// recipient is none of them.
/// </summary>
public static class MailAddress
{
    private const string Marks = ".!#$%&'*+-/=?^_`{|}~";

    private const int LabelCharacters = 63;

    /// <summary>Whether a text is one.</summary>
    public static bool IsOne(string text)
    {
        int at = text.LastIndexOf('@');
        if (at is < 1 or > TellingLimits.MailboxCharacters || text.Length > TellingLimits.AddressCharacters)
        {
            return false;
        }

        string mailbox = text[..at];
        return mailbox.All(static c => char.IsAsciiLetterOrDigit(c) || Marks.Contains(c, StringComparison.Ordinal))
            && mailbox[0] != '.' && mailbox[^1] != '.' && !mailbox.Contains("..", StringComparison.Ordinal)
            && text[(at + 1)..].Split('.').All(static label => label.Length is > 0 and <= LabelCharacters
                && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-');
    }
}
