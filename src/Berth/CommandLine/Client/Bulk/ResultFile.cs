using System.Globalization;
using System.Text;
using CsvHelper;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>
/// The list with what became of each row. Rows are written as they are done, so a run that is cut off leaves all it did; at the end the file is put in
/// the order of the list. A later run of the same list goes on in it. For any number of threads.
/// </summary>
internal sealed class ResultFile : IDisposable
{
    /// <summary>The columns after those of the list.</summary>
    public static readonly string[] Columns = ["outcome", "code", "message", "at"];

    private readonly UserList _list;
    private readonly string _path;
    private readonly OutcomeWords _words;
    private readonly TimeProvider _time;
    private readonly int[] _kept;
    private readonly string[]?[] _rows;
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer;
    private readonly CsvWriter _csv;

    private ResultFile(UserList list, string path, OutcomeWords words, string[]?[] rows, TimeProvider time)
    {
        (_list, _path, _words, _rows, _time, _kept) = (list, path, words, rows, time, Kept(list));
        WriteWhole();
        (_writer, _csv) = Append();
    }

    /// <summary>Opens the result of a list, with what an earlier run of it did.</summary>
    /// <returns>The file, or a sentence why it cannot be.</returns>
    public static (ResultFile? File, string? Problem) Open(string path, UserList list, OutcomeWords words, TimeProvider time)
    {
        try
        {
            string[]?[] rows = new string[]?[list.Rows.Count];
            return File.Exists(path) && ReadEarlier(path, list, words, rows) is { } problem ? (null, problem) : (new ResultFile(list, path, words, rows, time), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return (null, $"the result file {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes rows that are done. Where nothing was left to do because an earlier run, that was cut off say, did it, its own line stays.</summary>
    /// <param name="done">The rows.</param>
    /// <param name="words">What the message of a row that was done begins with.</param>
    public void AddNews(IEnumerable<(ListRow Row, RowOutcome Outcome)> done, string words) =>
        Add([.. done.Where(one => one.Outcome.Fate is not (RowFate.Already or RowFate.LeftAlone) || EarlierChange(one.Row)?.StartsWith(words, StringComparison.Ordinal) != true)]);

    /// <summary>The message of an earlier run that did this row, or null.</summary>
    public string? EarlierChange(ListRow row) =>
        _rows[row.Index] is [.., var outcome, _, var message, _] && outcome == _words.For(RowFate.Changed) ? message : null;

    /// <summary>Writes rows that are done.</summary>
    public void Add(IReadOnlyCollection<(ListRow Row, RowOutcome Outcome)> done)
    {
        string at = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            foreach ((ListRow row, RowOutcome outcome) in done)
            {
                string[] fields = [.. _kept.Select(column => row.Fields[column]), _words.For(outcome.Fate), outcome.Code, outcome.Message, at];
                _rows[row.Index] = fields;
                Write(_csv, fields);
            }

            _csv.Flush();
            _writer.Flush();
        }
    }

    /// <summary>Puts the file in the order of the list and brings it to the disk.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            Close();
            WriteWhole();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    // A result that is used as a list again gets new outcomes in the place of the old ones.
    private static int[] Kept(UserList list) =>
        [.. Enumerable.Range(0, list.Header.Length).Where(column => !Columns.Contains(list.Header[column], StringComparer.OrdinalIgnoreCase))];

    private static string[] HeaderOf(UserList list) => [.. Kept(list).Select(column => list.Header[column]), .. Columns];

    private static string? ReadEarlier(string path, UserList list, OutcomeWords words, string[]?[] rows)
    {
        string foreign = $"{path} exists and is not the result of this list: choose another file with --out.";
        string[] header = HeaderOf(list);
        using StreamReader reader = new(path);
        using CsvParser parser = new(reader, UserList.Format(list.Delimiter));
        try
        {
            if (new FileInfo(path).Length == 0)
            {
                return null;
            }

            if (!parser.Read() || !parser.Record!.SequenceEqual(header))
            {
                return foreign;
            }
        }
        catch (CsvHelperException)
        {
            return foreign;
        }

        try
        {
            int[] kept = Kept(list);
            ILookup<string, ListRow> byFields = list.Rows.ToLookup(row => Key(kept.Select(column => row.Fields[column])), StringComparer.Ordinal);
            while (parser.Read())
            {
                string[] fields = parser.Record!;
                if (fields.Length == header.Length && fields[kept.Length] != words.For(RowFate.Duplicate))
                {
                    // Of equal rows the first alone has an outcome worth keeping; the others are found to be duplicates anew.
                    foreach (ListRow row in byFields[Key(fields.Take(kept.Length))].Take(1))
                    {
                        rows[row.Index] = fields;
                    }
                }
            }
        }
        catch (CsvHelperException)
        {
            // The last line of a run that was cut off may be half a line: what stands before it counts.
        }

        return null;
    }

    private static string Key(IEnumerable<string> fields) => string.Join('\u001f', fields);

    private static void Write(CsvWriter csv, string[] fields)
    {
        foreach (string field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
    }

    private (StreamWriter Writer, CsvWriter Csv) Append()
    {
        StreamWriter writer = new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read));
        return (writer, new CsvWriter(writer, UserList.Format(_list.Delimiter)));
    }

    // Beside the old one and then in its place, so that there is a whole file at every moment.
    private void WriteWhole()
    {
        string fresh = _path + ".new";
        using (FileStream stream = new(fresh, FileMode.Create, FileAccess.Write))
        using (StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: _list.HasMark)))
        using (CsvWriter csv = new(writer, UserList.Format(_list.Delimiter)))
        {
            Write(csv, HeaderOf(_list));
            foreach (string[] fields in _rows.OfType<string[]>())
            {
                Write(csv, fields);
            }

            csv.Flush();
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, _path, overwrite: true);
    }

    private void Close()
    {
        _csv.Dispose();
        _writer.Dispose();
    }
}
