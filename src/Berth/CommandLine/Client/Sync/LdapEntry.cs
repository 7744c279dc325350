using System.Globalization;
using System.Text;

namespace Berth.CommandLine.Client.Sync;

/// <summary>An entry as LDAP gave it.</summary>
/// <param name="Name">Its distinguished name.</param>
/// <param name="Values">The values of its attributes, by their names without options.</param>
internal sealed record LdapEntry(string Name, IReadOnlyDictionary<string, IReadOnlyList<byte[]>> Values)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The first value of an attribute as text, or null.</summary>
    public string? Text(string attribute) => Texts(attribute).FirstOrDefault();

    /// <summary>The values of an attribute as texts; what is no text is passed over.</summary>
    public IEnumerable<string> Texts(string attribute)
    {
        foreach (byte[] value in Values.GetValueOrDefault(attribute) ?? [])
        {
            string? text = null;
            try
            {
                text = Strict.GetString(value).Trim();
            }
            catch (DecoderFallbackException)
            {
                // A picture, say: no property is made of it.
            }

            if (!string.IsNullOrEmpty(text))
            {
                yield return text;
            }
        }
    }

    /// <summary>The value that names the entry for good, or null.</summary>
    public string? Key(LdapKind kind) => !kind.IsBinaryKey ? Text(kind.Key)?.ToLowerInvariant()
        : Values.GetValueOrDefault(kind.Key) is [{ Length: 16 } bytes, ..] ? new Guid(bytes).ToString()
        : null;

    /// <summary>Whether the account is good by Active Directory's flags; null when they are not there.</summary>
    public bool? IsEnabled() => int.TryParse(Text("userAccountControl"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int flags) ? (flags & LdapKind.AccountDisabled) == 0 : null;

    /// <summary>A distinguished name in one spelling: letter case, and blanks around commas and equals signs, do not matter.</summary>
    public static string Canonical(string name)
    {
        StringBuilder made = new(name.Length);
        foreach (char c in name)
        {
            if (c == ' ' && (made.Length == 0 || made[^1] is ',' or '='))
            {
                continue;
            }

            while (c is ',' or '=' && made.Length > 0 && made[^1] == ' ')
            {
                made.Length--;
            }

            made.Append(char.ToLowerInvariant(c));
        }

        return made.ToString().TrimEnd();
    }
}
