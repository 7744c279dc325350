using System.Text;

namespace Berth.Portal.Bulk;

/// <summary>
/// Comma-separated text as spreadsheets and admin centers write it, by the rules of <c>berth bulk</c> (B650): commas, semicolons or tabs; fields in double quotes where
/// needed, a quote in them doubled; any ends of lines; blank lines do not count.
/// </summary>
internal static class CsvText
{
    /// <summary>The longest field, in characters.</summary>
    public const int LongestField = 4096;

    /// <summary>The text of a file: UTF-8 with or without a mark at its beginning, or UTF-16 with one.</summary>
    /// <returns>The text, and whether it began with a mark; null when the bytes are none.</returns>
    public static (string Text, bool HasMark)? Decode(byte[] bytes)
    {
        try
        {
            bool hasMark = bytes is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            using StreamReader reader = new(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            return (reader.ReadToEnd(), hasMark);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The records from a place on, each with the line on which it begins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the first record begins.</param>
    /// <param name="line">On which line that is.</param>
    /// <param name="delimiter">What separates fields.</param>
    /// <exception cref="FormatException">A field in double quotes is not closed properly, or one is too long; the message is a sentence with the line.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Records(string text, int at, int line, char delimiter)
    {
        List<string> fields = [];
        while (at < text.Length)
        {
            int began = line;
            fields.Clear();
            while (true)
            {
                (string field, at, line) = text[at] == '"' ? Quoted(text, at + 1, line, delimiter) : Bare(text, at, line, delimiter);
                fields.Add(field);
                if (at >= text.Length || text[at] != delimiter)
                {
                    break;
                }

                at++;
                if (at == text.Length)
                {
                    fields.Add("");
                    break;
                }
            }

            if (at < text.Length)
            {
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
                line++;
            }

            if (fields.Exists(static field => !string.IsNullOrWhiteSpace(field)))
            {
                yield return (began, [.. fields]);
            }
        }
    }

    /// <summary>One record as text, without an end of line.</summary>
    public static void Write(StringBuilder text, IEnumerable<string> fields, char delimiter)
    {
        bool isFirst = true;
        foreach (string field in fields)
        {
            if (!isFirst)
            {
                text.Append(delimiter);
            }

            isFirst = false;
            bool needsQuotes = field.Length > 0 && (field.AsSpan().ContainsAny('"', '\r', '\n') || field.Contains(delimiter, StringComparison.Ordinal) || field[0] == ' ' || field[^1] == ' ');
            text.Append(needsQuotes ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field);
        }
    }

    private static (string Field, int At, int Line) Bare(string text, int at, int line, char delimiter)
    {
        int length = text.AsSpan(at).IndexOfAny(delimiter, '\r', '\n');
        int end = length < 0 ? text.Length : at + length;
        if (end - at > LongestField)
        {
            throw TooLong(line);
        }

        string field = text[at..end];
        return field.Contains('"', StringComparison.Ordinal) ? throw Unclosed(line) : (field, end, line);
    }

    private static (string Field, int At, int Line) Quoted(string text, int at, int line, char delimiter)
    {
        int began = line;
        StringBuilder field = new();
        while (true)
        {
            int length = text.AsSpan(at).IndexOf('"');
            if (length < 0)
            {
                throw Unclosed(began);
            }

            field.Append(text, at, length);
            if (field.Length > LongestField)
            {
                throw TooLong(began);
            }

            line += text.AsSpan(at, length).Count('\n');
            at += length + 1;
            if (at < text.Length && text[at] == '"')
            {
                field.Append('"');
                at++;
            }
            else if (at == text.Length || text[at] == delimiter || text[at] is '\r' or '\n')
            {
                return (field.ToString(), at, line);
            }
            else
            {
                throw Unclosed(began);
            }
        }
    }

    private static FormatException Unclosed(int line) =>
        new($"A double quote in line {line} or above is not closed properly, so what follows cannot be told apart.");

    private static FormatException TooLong(int line) => new($"Line {line}: a field is longer than {LongestField} characters; is a double quote not closed?");
}
