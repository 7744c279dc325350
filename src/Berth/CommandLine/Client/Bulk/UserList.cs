using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>One row of a list.</summary>
/// <param name="Index">Its place among the rows, from 0.</param>
/// <param name="Line">The line of the file on which it begins, from 1, as an editor shows it.</param>
/// <param name="Fields">Its fields, as many as the header has.</param>
/// <param name="User">The user it names; empty when it names none.</param>
/// <param name="IsWellFormed">Whether it has the fields that the header announces; in a row that has more of them nobody knows which is which.</param>
internal sealed record ListRow(int Index, int Line, string[] Fields, string User, bool IsWellFormed);

/// <summary>What reading a list came to.</summary>
internal abstract record ListReading
{
    /// <summary>A list to work off.</summary>
    public sealed record Readable(UserList List) : ListReading;

    /// <summary>No list; a sentence says why and what to do.</summary>
    public sealed record Unreadable(string Problem) : ListReading;
}

/// <summary>
/// A list of users as spreadsheets and admin centers write it: a header line with a column that names the user, separated by commas, semicolons
/// or tabs, fields in double quotes where needed, with or without a byte order mark. Blank lines do not count.
/// </summary>
/// <param name="Header">The names of the columns, as written.</param>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Delimiter">What separates the fields.</param>
internal sealed record UserList(string[] Header, IReadOnlyList<ListRow> Rows, char Delimiter)
{
    /// <summary>Whether the file begins with a byte order mark, as spreadsheets want it; its result then does too.</summary>
    public bool HasMark { get; init; }

    /// <summary>The columns that can name a user, the surest first; case, blanks, hyphens and underscores do not matter.</summary>
    public static readonly string[] UserColumns = ["userPrincipalName", "upn", "user", "userId", "id", "objectId", "mail", "email"];

    private static readonly char[] _delimiters = [',', ';', '\t'];

    /// <summary>Reads a file.</summary>
    public static ListReading Read(FileInfo file)
    {
        try
        {
            if (!file.Exists)
            {
                return new ListReading.Unreadable($"{file.FullName} does not exist.");
            }

            if (file.Length > ClientLimits.ListBytes)
            {
                return new ListReading.Unreadable($"{file.Name} is larger than {ClientLimits.ListBytes / (1024 * 1024)} MiB: cut it into several lists.");
            }

            byte[] bytes = File.ReadAllBytes(file.FullName);
            bool hasMark = bytes is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            using StreamReader reader = new(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            ListReading reading = Read(reader.ReadToEnd(), file.Name);
            return reading is ListReading.Readable { List: var list } ? new ListReading.Readable(list with { HasMark = hasMark }) : reading;
        }
        catch (DecoderFallbackException)
        {
            return new ListReading.Unreadable($"{file.Name} is not UTF-8 text: save it as CSV UTF-8.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ListReading.Unreadable($"{file.Name} cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The whole list.</param>
    /// <param name="name">What to call it in a sentence.</param>
    public static ListReading Read(string text, string name)
    {
        int start = 0, line = 1;
        while (start < text.Length && char.IsWhiteSpace(text[start]) && text[start] != '\t')
        {
            line += text[start] == '\n' ? 1 : 0;
            start++;
        }

        // Spreadsheets may announce the separator on a line of its own.
        char? announced = null;
        if (text.AsSpan(start).StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && start + 4 < text.Length)
        {
            announced = text[start + 4];
            if (announced is '"' || (char.IsControl(announced.Value) && announced != '\t') || char.IsLetterOrDigit(announced.Value) || char.IsSurrogate(announced.Value))
            {
                return new ListReading.Unreadable($"{name}, line {line}: 'sep=' names no separator: it is followed by a comma, a semicolon or a tab.");
            }

            start = text.IndexOf('\n', start) is var end and >= 0 ? end + 1 : text.Length;
            line++;
        }

        int headerEnd = text.AsSpan(start).IndexOfAny('\r', '\n') is var length and >= 0 ? start + length : text.Length;
        string first = text[start..headerEnd];
        if (first.Trim().Length == 0)
        {
            return new ListReading.Unreadable($"{name} is empty: it needs a header line with a column {UserColumns[0]}, and a row for each user.");
        }

        char delimiter = announced ?? _delimiters
            .OrderByDescending(one => first.Split(one).Any(NamesUser)).ThenByDescending(one => first.Count(letter => letter == one)).First();
        try
        {
            return ReadRows(text[start..], line, name, delimiter);
        }
        catch (BadDataException e)
        {
            return new ListReading.Unreadable(
                $"{name}: a field in double quotes, in line {line - 1 + e.Context?.Parser?.RawRow} or above, is not closed properly, so what follows cannot be told apart. Nothing was done.");
        }
        catch (MaxFieldSizeException e)
        {
            return new ListReading.Unreadable(
                $"{name}, line {line - 1 + e.Context?.Parser?.RawRow}: a field is longer than {ClientLimits.ListField} characters; is a double quote not closed? Nothing was done.");
        }
    }

    /// <summary>How lists and results are read and written.</summary>
    public static CsvConfiguration Format(char delimiter) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = delimiter.ToString(),
        MaxFieldSize = ClientLimits.ListField,
        IgnoreBlankLines = true,
        TrimOptions = TrimOptions.None,
        CountBytes = false,
        DetectDelimiter = false,
        ExceptionMessagesContainRawData = false,
        NewLine = "\n",
    };

    private static ListReading ReadRows(string text, int firstLine, string name, char delimiter)
    {
        using CsvParser parser = new(new StringReader(text), Format(delimiter));
        parser.Read();
        string[] header = [.. parser.Record!.Select(column => column.Trim())];
        int[] columns = [.. UserColumns.SelectMany(known => Enumerable.Range(0, header.Length).Where(index => Simple(header[index]) == Simple(known)))];
        if (columns.Length == 0)
        {
            string hint = header.Any(Licenses.LicenseArguments.IsUser)
                ? $" Its first line is a user, not a header: put a line {UserColumns[0]} above it."
                : $" It has: {string.Join(", ", header.Take(20))}.";
            return new ListReading.Unreadable($"{name} has no column that names the user: {string.Join(", ", UserColumns)}.{hint}");
        }

        List<ListRow> rows = [];
        while (parser.Read())
        {
            string[] fields = parser.Record!;
            if (fields.All(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (rows.Count == ClientLimits.ListRows)
            {
                return new ListReading.Unreadable($"{name} has more than {ClientLimits.ListRows} rows: cut it into several lists.");
            }

            // The parser tells the line on which a row ends.
            int line = firstLine - 1 + parser.RawRow - fields.Sum(field => field.Count(letter => letter == '\n'));
            bool isWellFormed = fields.Length <= header.Length || fields.AsSpan(header.Length).IndexOfAnyExcept("") < 0;
            Array.Resize(ref fields, header.Length);
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] ??= "";
            }

            string user = columns.Select(column => fields[column].Trim()).FirstOrDefault(value => value.Length > 0) ?? "";
            rows.Add(new ListRow(rows.Count, line, fields, user, isWellFormed));
        }

        return rows.Count == 0
            ? new ListReading.Unreadable($"{name} has a header and no rows.")
            : new ListReading.Readable(new UserList(header, rows, delimiter));
    }

    /// <summary>Whether two names of columns are the same: case, blanks, hyphens and underscores do not matter.</summary>
    public static bool IsSame(string column, string known) => Simple(column) == Simple(known);

    private static bool NamesUser(string column) => UserColumns.Any(known => Simple(known) == Simple(column));

    private static string Simple(string column) =>
        string.Concat(column.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
