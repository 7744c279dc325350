using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Engine.CloudPcs;

/// <summary>
/// How the computers of a policy are called (C144): letters, digits and hyphens, <c>%USERNAME:X%</c> for the first X letters and digits of the user's name, and
/// <c>%RAND:Y%</c> for Y letters and digits that differ from machine to machine.
/// </summary>
public sealed class NamingTemplate
{
    /// <summary>The shortest name.</summary>
    public const int ShortestName = 5;

    /// <summary>The longest name: that of a computer in NetBIOS.</summary>
    public const int LongestName = 15;

    /// <summary>The most characters before the random ones.</summary>
    public const int LongestPrefix = 10;

    /// <summary>The fewest random characters.</summary>
    public const int FewestRandom = 5;

    /// <summary>What a policy without a template has.</summary>
    public const string Default = "CPC-%USERNAME:5%-%RAND:5%";

    /// <summary>What a policy without a template has whose machines belong to nobody (B409).</summary>
    public const string SharedDefault = "CPC-%RAND:11%";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string UserName = "USERNAME";
    private const string Random = "RAND";

    private readonly List<(string Kind, string Text, int Length)> _parts;

    private static readonly NamingTemplate ByDefault = Known(Default);
    private static readonly NamingTemplate ByDefaultShared = Known(SharedDefault);

    private NamingTemplate(List<(string Kind, string Text, int Length)> parts) => _parts = parts;

    /// <summary>Whether it has a part of the user's name: not in shared mode, where machines belong to nobody.</summary>
    public bool NamesUser => _parts.Exists(part => part.Kind == UserName);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template; macros in any case.</param>
    /// <param name="template">The template, when it is one.</param>
    /// <param name="error">What is wrong with it, when it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out NamingTemplate? template, [NotNullWhen(false)] out string? error)
    {
        List<(string Kind, string Text, int Length)> parts = [];
        template = null;
        for (int at = 0; at < text.Length;)
        {
            int end = text[at] == '%' ? text.IndexOf('%', at + 1) : -1;
            if (end > 0)
            {
                string[] macro = text[(at + 1)..end].Split(':');
                string kind = macro[0].ToUpperInvariant();
                if (macro.Length != 2 || kind is not (UserName or Random) || NumberOf(macro[1]) is not { } length)
                {
                    error = $"'{text[at..(end + 1)]}' is neither %USERNAME:X% nor %RAND:Y% with a number from 1.";
                    return false;
                }

                parts.Add((kind, "", length));
                at = end + 1;
            }
            else if (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '-')
            {
                parts.Add(("", text[at].ToString(), 1));
                at++;
            }
            else
            {
                error = $"Character '{text[at]}' cannot stand in a computer's name: only letters, digits and hyphens can.";
                return false;
            }
        }

        error = Check(parts);
        template = error is null ? new NamingTemplate(parts) : null;
        return error is null;
    }

    /// <summary>The name of a machine.</summary>
    /// <param name="template">The template; null for the default.</param>
    /// <param name="userPrincipalName">The user's; what stands before the @ counts; null for a machine that belongs to nobody.</param>
    /// <param name="seed">What the random characters come from: the same seed gives the same name.</param>
    public static string Expand(string? template, string? userPrincipalName, Guid seed)
    {
        NamingTemplate parsed = template is not null && TryParse(template, out NamingTemplate? own, out _) ? own : userPrincipalName is null ? ByDefaultShared : ByDefault;
        string user = string.Concat((userPrincipalName ?? "").TakeWhile(letter => letter != '@').Where(char.IsAsciiLetterOrDigit));
        byte[] bytes = SHA256.HashData(seed.ToByteArray());
        StringBuilder name = new(LongestName);
        int used = 0;
        foreach ((string kind, string text, int length) in parsed._parts)
        {
            if (kind == UserName)
            {
                name.Append(user.AsSpan(0, Math.Min(length, user.Length)));
            }
            else if (kind == Random)
            {
                for (int i = 0; i < length; i++)
                {
                    name.Append(Alphabet[bytes[used++ % bytes.Length] % Alphabet.Length]);
                }
            }
            else
            {
                name.Append(text);
            }
        }

        return name.ToString();
    }

    private static NamingTemplate Known(string template) =>
        TryParse(template, out NamingTemplate? parsed, out string? error) ? parsed : throw new InvalidOperationException(error);

    // One or two digits: a longer number fits no name.
    private static int? NumberOf(string text) =>
        text.Length is 1 or 2 && text.All(char.IsAsciiDigit) && text.Aggregate(0, (number, digit) => (number * 10) + (digit - '0')) is > 0 and int number ? number : null;

    private static string? Check(List<(string Kind, string Text, int Length)> parts)
    {
        int random = parts.FindIndex(part => part.Kind == Random);
        if (random < 0 || parts.FindLastIndex(part => part.Kind == Random) != random || parts[random].Length < FewestRandom)
        {
            return $"A naming template has one %RAND:Y% with Y of at least {FewestRandom}.";
        }

        if (parts.Count(part => part.Kind == UserName) > 1)
        {
            return "A naming template has at most one %USERNAME:X%.";
        }

        if (parts.Take(random).Sum(part => (long)part.Length) > LongestPrefix)
        {
            return $"At most {LongestPrefix} characters stand before %RAND:Y%.";
        }

        long all = parts.Sum(part => (long)part.Length);
        return all is < ShortestName or > LongestName ? $"A computer's name has {ShortestName} to {LongestName} characters, this one would have {all}." : null;
    }
}
