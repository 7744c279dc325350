using System.Globalization;
using System.Text;
using System.Text.Json;
using Berth.Portal.Graph;
using Microsoft.JSInterop;

namespace Berth.Portal.Bulk;

/// <summary>A list that was worked off, or a part of it: each line with what became of it, as its operation tells (B653).</summary>
public sealed class ListRun
{
    /// <summary>The columns after those of the list, as in the result file of <c>berth bulk</c>.</summary>
    private static readonly string[] _columns = ["outcome", "code", "message", "at"];

    /// <summary>Where the browser keeps the list of this tab over a reload.</summary>
    private const string Key = "berth.bulk";

    /// <summary>How long nobody asks how far the work is.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private ListRun(string? operation, UserList list, IReadOnlyList<ListedRow> rows, BulkVerb? verb) => (Operation, List, Rows, Verb) = (operation, list, rows, verb);

    /// <summary>The operation; null when nothing was to be done.</summary>
    public string? Operation { get; }

    /// <summary>The list.</summary>
    public UserList List { get; }

    /// <summary>Its lines.</summary>
    public IReadOnlyList<ListedRow> Rows { get; private set; }

    /// <summary>What was done; null when only the operation is known and not its list.</summary>
    public BulkVerb? Verb { get; }

    /// <summary>How many rows of the operation were read.</summary>
    public int Read { get; private set; }

    /// <summary>How many it has; null until the first are here.</summary>
    public int? Total { get; private set; }

    /// <summary>Whether every row was read.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The lines that wait for another part.</summary>
    public int Left => Rows.Count(static row => row.Fate == RowFate.Open);

    /// <summary>A list that was just applied.</summary>
    public static ListRun Of(string? operation, BulkForm form, IReadOnlyList<ListedRow> all) => new(operation, form.List!, all, form.Verb);

    /// <summary>The list of an operation, as this tab kept it; without it, whatever the operation itself tells.</summary>
    public static async Task<ListRun> ResumeAsync(string operation, IJSRuntime js)
    {
        if (await js.InvokeAsync<string?>("sessionStorage.getItem", Key) is { } text && Unpack(text) is { } kept && kept.Operation == operation)
        {
            UserList list = new(kept.Name, kept.Header, [], kept.Delimiter.Length == 1 ? kept.Delimiter[0] : ',', kept.HasMark);
            return new ListRun(operation, list, [.. kept.Rows.Select(static (row, index) => row.Row(index))], kept.Verb);
        }

        return new ListRun(operation, new UserList(operation, ["userPrincipalName"], [], ',', false), [], null);
    }

    /// <summary>Keeps the list in this tab, so that it is there after a reload; whether that was possible.</summary>
    public async Task<bool> KeepAsync(IJSRuntime js)
    {
        KeptList kept = new(
            Operation ?? "", List.Name, List.Header, List.Delimiter.ToString(), List.HasMark, Verb ?? BulkVerb.Assign, [.. Rows.Select(KeptRow.Of)]);
        try
        {
            await js.InvokeVoidAsync("sessionStorage.setItem", Key, JsonSerializer.Serialize(kept, BulkJson.Default.KeptList));
            return true;
        }
        catch (JSException)
        {
            // More than a browser keeps. What was kept before is of another operation, and its owner is gone.
            await js.InvokeVoidAsync("sessionStorage.removeItem", Key);
            return false;
        }
    }

    /// <summary>Reads what became of the lines, a page of the operation at a time.</summary>
    /// <param name="graph">Where the operation is.</param>
    /// <param name="skus">The tenant's SKUs.</param>
    /// <param name="told">Told after each page.</param>
    /// <param name="cancel">Stops.</param>
    public async Task FollowAsync(GraphClient graph, IReadOnlyDictionary<Guid, SubscribedSku> skus, Action told, CancellationToken cancel)
    {
        ILookup<Guid, ListedRow> byPerson = Rows.Where(static row => row.Fate == RowFate.Change && row.Person is not null).ToLookup(static row => row.Person!.Id);
        Dictionary<Guid, List<OperationRow>> found = [];
        ListOperation operation;
        string address = "berth/v1/operations/" + Uri.EscapeDataString(Operation!);
        Read = 0;
        while (true)
        {
            operation = await graph.GetAsync(address, BulkJson.Default.ListOperation, cancel);
            if (operation.State is not ("succeeded" or "failed"))
            {
                Total = operation.Progress?.Total;
                told();
                await Task.Delay(_pause, cancel);
                continue;
            }

            foreach (OperationRow row in (operation.Results ?? []).Where(static row => row is { Kind: "license", Source: "direct", UserId: not null }))
            {
                Guid user = Guid.Parse(row.UserId!);
                (found.TryGetValue(user, out List<OperationRow>? known) ? known : found[user] = []).Add(row);
                foreach (ListedRow line in byPerson[user])
                {
                    (line.IsDone, line.At) = (true, operation.At);
                }
            }

            (Read, Total) = (Read + (operation.Results?.Count ?? 0), operation.Progress?.Total ?? Read);
            if (operation.NextLink is not { } next)
            {
                break;
            }

            address = next;
            told();
        }

        if (Verb is null)
        {
            Rows = [.. found.Values.Select((rows, index) => Bare(index, rows, operation.At, skus))];
        }

        foreach (ListedRow row in Rows.Where(static row => row is { Fate: RowFate.Change, IsDone: false }))
        {
            row.Settle(RowFate.Already, "", "It was so already.");
        }

        IsWhole = true;
        told();
    }

    /// <summary>What a line is called that came out in a way.</summary>
    public string Word(ListedRow row) => row.Fate switch
    {
        RowFate.Change => Verb switch
        {
            BulkVerb.Assign => "assigned",
            BulkVerb.Remove => "removed",
            BulkVerb.Replace => "replaced",
            BulkVerb.Swap => "swapped",
            _ => row.Code,
        },
        RowFate.Already => "already",
        RowFate.LeftAlone => "left alone",
        RowFate.Duplicate => "duplicate",
        RowFate.Failed => "failed",
        _ => "left",
    };

    /// <summary>The result as a file of the same form as that of <c>berth bulk</c>: the list with the columns outcome, code, message and at.</summary>
    public string ToText()
    {
        int[] kept = [.. Enumerable.Range(0, List.Header.Count).Where(column => !_columns.Contains(List.Header[column], StringComparer.OrdinalIgnoreCase))];
        StringBuilder text = new(List.HasMark ? "\uFEFF" : "");
        CsvText.Write(text, [.. kept.Select(column => List.Header[column]), .. _columns], List.Delimiter);
        text.Append('\n');
        foreach (ListedRow row in Rows.Where(static row => row.Fate != RowFate.Open))
        {
            CsvText.Write(
                text,
                [
                    .. kept.Select(column => row.Line.Fields[column]), Word(row), row.Fate is RowFate.Change ? "" : row.Code, row.Message,
                    row.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "",
                ],
                List.Delimiter);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What that file is called.</summary>
    public string FileName => $"{(List.Name.LastIndexOf('.') is var dot and > 0 ? List.Name[..dot] : List.Name)}.result.csv";

    // A line that nobody has any more: what the operation did to the user.
    private static ListedRow Bare(int index, List<OperationRow> rows, DateTimeOffset at, IReadOnlyDictionary<Guid, SubscribedSku> skus)
    {
        string user = rows[0].UserPrincipalName ?? rows[0].UserId!;
        string[] came = [.. rows.Where(static row => row.Before is null).Select(row => skus.PartNumber(row.SkuId ?? Guid.Empty))];
        string[] went = [.. rows.Where(static row => row.After is null).Select(row => skus.PartNumber(row.SkuId ?? Guid.Empty))];
        string[] changed = [.. rows.Where(static row => row is { Before: not null, After: not null }).Select(row => skus.PartNumber(row.SkuId ?? Guid.Empty))];
        string words = string.Join(", ", came.Select(static one => $"added {one}").Concat(went.Select(static one => $"removed {one}")).Concat(changed.Select(static one => $"changed {one}")));
        return new ListedRow(new ListLine(index, index + 2, [user], true))
        {
            User = user, Fate = RowFate.Change, IsDone = true, At = at, Message = words, Code = went.Length == 0 ? "assigned" : came.Length == 0 ? "removed" : "replaced",
        };
    }

    private static KeptList? Unpack(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, BulkJson.Default.KeptList);
        }
        catch (JsonException)
        {
            // Another version of the admin center kept it.
            return null;
        }
    }
}

/// <summary>A list as a tab of the browser keeps it.</summary>
public sealed record KeptList(
    string Operation, string Name, IReadOnlyList<string> Header, string Delimiter, bool HasMark, BulkVerb Verb, IReadOnlyList<KeptRow> Rows);

/// <summary>A line of it.</summary>
public sealed record KeptRow(int Line, IReadOnlyList<string> Fields, string User, Guid? Person, RowFate Fate, string Code, string Message, DateTimeOffset? At)
{
    /// <summary>A line as it is kept.</summary>
    public static KeptRow Of(ListedRow row) => new(row.Line.Line, row.Line.Fields, row.User, row.Person?.Id, row.Fate, row.Code, row.Message, row.At);

    /// <summary>The line as it was.</summary>
    public ListedRow Row(int index) => new(new ListLine(index, Line, Fields, true))
    {
        User = User, Person = Person is { } id ? new ListedPerson(id, User, null, null, null, null) : null, Fate = Fate, Code = Code, Message = Message, At = At,
    };
}
