namespace Berth.Portal.Bulk;

/// <summary>A line of a list.</summary>
/// <param name="Index">Its place among the lines, from 0.</param>
/// <param name="Line">The line of the file on which it begins, from 1, as an editor shows it.</param>
/// <param name="Fields">Its fields, as many as the header has.</param>
/// <param name="IsWellFormed">Whether it has no more fields than the header: of more, nobody knows which is which.</param>
public sealed record ListLine(int Index, int Line, IReadOnlyList<string> Fields, bool IsWellFormed);

/// <summary>A list of users: a header and a line for each.</summary>
/// <param name="Name">What the file is called.</param>
/// <param name="Header">The names of the columns, as written.</param>
/// <param name="Lines">The lines, in order.</param>
/// <param name="Delimiter">What separates the fields.</param>
/// <param name="HasMark">Whether the file begins with a byte order mark, as spreadsheets want it; its result then does too.</param>
public sealed record UserList(string Name, IReadOnlyList<string> Header, IReadOnlyList<ListLine> Lines, char Delimiter, bool HasMark)
{
    /// <summary>The largest file, in bytes; a larger one is not read at all (B650).</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>The most lines of a list.</summary>
    public const int MostLines = 100_000;

    /// <summary>The columns that can name a user, the surest first; case, blanks, hyphens and underscores do not matter. The first eight are those of <c>berth bulk</c>.</summary>
    public static readonly IReadOnlyList<string> UserColumns = ["userPrincipalName", "upn", "user", "userId", "id", "objectId", "mail", "email", "employeeId"];

    private static readonly char[] _delimiters = [',', ';', '\t'];

    private static readonly string[] _licenseColumns = ["sku", "skuPartNumber", "skuId", "license", "product"];

    /// <summary>The column that most likely names the user; -1 when none does.</summary>
    public int UserColumn => Find(UserColumns);

    /// <summary>The column that most likely names the license; -1 when none does.</summary>
    public int LicenseColumn => Find(_licenseColumns);

    /// <summary>Reads a list.</summary>
    /// <returns>The list, or a sentence on why it is none.</returns>
    public static (UserList? List, string? Problem) Read(string name, byte[] bytes)
    {
        if (CsvText.Decode(bytes) is not ({ } text, var hasMark))
        {
            return (null, $"{name} is not UTF-8 text: save it as CSV UTF-8.");
        }

        int start = 0, line = 1;
        while (start < text.Length && char.IsWhiteSpace(text[start]) && text[start] != '\t')
        {
            line += text[start++] == '\n' ? 1 : 0;
        }

        // Spreadsheets may announce the separator on a line of its own.
        char? announced = null;
        if (text.AsSpan(start).StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && start + 4 < text.Length)
        {
            announced = text[start + 4];
            start = text.IndexOf('\n', start) is var end and >= 0 ? end + 1 : text.Length;
            line++;
        }

        int headerEnd = text.AsSpan(start).IndexOfAny('\r', '\n') is var length and >= 0 ? start + length : text.Length;
        string first = text[start..headerEnd];
        if (first.Trim().Length == 0)
        {
            return (null, $"{name} is empty: it needs a line with the names of its columns, one of them {UserColumns[0]}, and a line for each user.");
        }

        char delimiter = announced ?? _delimiters
            .OrderByDescending(one => first.Split(one).Any(column => UserColumns.Any(known => Simple(known) == Simple(column))))
            .ThenByDescending(one => first.Count(letter => letter == one)).First();
        try
        {
            return Read(name, text, start, line, delimiter, hasMark);
        }
        catch (FormatException e)
        {
            return (null, $"{name}: {e.Message}");
        }
    }

    private static (UserList? List, string? Problem) Read(string name, string text, int start, int firstLine, char delimiter, bool hasMark)
    {
        string[]? header = null;
        List<ListLine> lines = [];
        foreach ((int line, string[] record) in CsvText.Records(text, start, firstLine, delimiter))
        {
            if (header is null)
            {
                header = [.. record.Select(column => column.Trim())];
                if (header.Any(column => column.IndexOf('@', StringComparison.Ordinal) > 0))
                {
                    return (null, $"The first line of {name} is a user, not the names of the columns: put a line {UserColumns[0]} above it.");
                }

                continue;
            }

            if (lines.Count == MostLines)
            {
                return (null, $"{name} has more than {MostLines.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} lines: cut it into several lists.");
            }

            bool isWellFormed = record.Length <= header.Length || record.AsSpan(header.Length).IndexOfAnyExcept("") < 0;
            string[] fields = record;
            if (fields.Length != header.Length)
            {
                int had = fields.Length;
                Array.Resize(ref fields, header.Length);
                fields.AsSpan(Math.Min(had, header.Length)).Fill("");
            }

            lines.Add(new ListLine(lines.Count, line, fields, isWellFormed));
        }

        return lines.Count == 0 ? (null, $"{name} has names of columns and no line below them.") : (new UserList(name, header!, lines, delimiter, hasMark), null);
    }

    private int Find(IReadOnlyList<string> names) =>
        names.SelectMany(known => Enumerable.Range(0, Header.Count).Where(index => Simple(Header[index]) == Simple(known))).FirstOrDefault(-1);

    private static string Simple(string column) => string.Concat(column.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
