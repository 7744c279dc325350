using System.Net;
using System.Text;
using Berth.Portal.Graph;

namespace Berth.Portal.Bulk;

/// <summary>What a column of a list says of a user.</summary>
public enum UserNaming
{
    /// <summary>The user principal name or the object id.</summary>
    SignInName,

    /// <summary>The mail address; where nobody has it, the user principal name.</summary>
    Mail,

    /// <summary>The employee id.</summary>
    EmployeeId,
}

/// <summary>Reads everybody whom a list names, many at a time: by name or id twenty in a <c>$batch</c>, by anything else a filter of as many as fit (B651).</summary>
internal static class PeopleReading
{
    /// <summary>The longest name that is asked for, in characters.</summary>
    private const int LongestName = 320;

    /// <summary>The items of a <c>$batch</c>, as Graph has it.</summary>
    private const int BatchItems = 20;

    /// <summary>How many requests are on their way at once.</summary>
    private const int AtOnce = 4;

    /// <summary>How often an item of a batch is sent while the server asks to wait.</summary>
    private const int Attempts = 4;

    /// <summary>The names of a filter together, in characters: Graph takes 8,192 with what stands around them.</summary>
    private const int FilterCharacters = 3_000;

    /// <summary>Reads the users of lines, and says of each line that has none what is wrong with it.</summary>
    /// <param name="graph">Where they are.</param>
    /// <param name="rows">The lines.</param>
    /// <param name="naming">What they say of a user.</param>
    /// <param name="told">Told how many lines are read.</param>
    /// <param name="cancel">Stops.</param>
    public static async Task ReadAsync(GraphClient graph, IReadOnlyList<ListedRow> rows, UserNaming naming, Action<int> told, CancellationToken cancel)
    {
        Dictionary<string, ListedRow> names = new(StringComparer.OrdinalIgnoreCase);
        List<ListedRow> open = [];
        foreach (ListedRow row in rows)
        {
            if (!row.Line.IsWellFormed)
            {
                row.Fail("malformedRow", "It has more fields than there are columns: put fields that contain a separator in double quotes.");
            }
            else if (row.User.Length == 0)
            {
                row.Fail("userMissing", "It names no user.");
            }
            else if (row.User.Length > LongestName || row.User.Any(char.IsControl) || (naming == UserNaming.SignInName && !Guid.TryParse(row.User, out _) && row.User.IndexOf('@', StringComparison.Ordinal) <= 0))
            {
                row.Fail("malformedUser", $"'{(row.User.Length > 60 ? row.User[..60] + "..." : row.User)}' is neither a sign-in name nor an id.");
            }
            else if (names.TryGetValue(row.User, out ListedRow? earlier))
            {
                Repeat(row, earlier);
            }
            else
            {
                names[row.User] = row;
                open.Add(row);
            }
        }

        int done = rows.Count - open.Count;
        told(done);
        foreach (ListedRow[][] wave in Chunks(open, naming).Chunk(AtOnce))
        {
            await Task.WhenAll(wave.Select(some => naming == UserNaming.SignInName ? BatchAsync(graph, some, cancel) : FilterAsync(graph, some, naming, cancel)));
            done += wave.Sum(static some => some.Length);
            told(done);
        }

        // The same user may stand there by name and by id.
        Dictionary<Guid, ListedRow> people = [];
        foreach (ListedRow row in rows.Where(static row => row.Person is not null))
        {
            if (!people.TryAdd(row.Person!.Id, row))
            {
                Repeat(row, people[row.Person.Id]);
            }
        }
    }

    private static void Repeat(ListedRow row, ListedRow earlier)
    {
        row.Person = null;
        row.Settle(RowFate.Duplicate, "duplicateUser", $"The same user as in line {earlier.Line.Line}.");
    }

    private static IEnumerable<ListedRow[]> Chunks(List<ListedRow> rows, UserNaming naming)
    {
        if (naming == UserNaming.SignInName)
        {
            return rows.Chunk(BatchItems);
        }

        List<ListedRow[]> chunks = [];
        List<ListedRow> some = [];
        int characters = 0;
        foreach (ListedRow row in rows)
        {
            characters += row.User.Length + 4;
            if (characters > FilterCharacters && some.Count > 0)
            {
                chunks.Add([.. some]);
                some.Clear();
                characters = row.User.Length + 4;
            }

            some.Add(row);
        }

        return some.Count == 0 ? chunks : [.. chunks, [.. some]];
    }

    private static async Task BatchAsync(GraphClient graph, ListedRow[] rows, CancellationToken cancel)
    {
        List<int> open = [.. Enumerable.Range(0, rows.Length)];
        for (int attempt = 1; open.Count > 0; attempt++)
        {
            BatchAnswer answer = await graph.PostAsync(
                "v1.0/$batch",
                new BatchRequest([.. open.Select(index => new BatchedRequest($"{index}", "GET", $"/users/{Uri.EscapeDataString(rows[index].User)}?$select={ListedPerson.Selected}"))]),
                BulkJson.Default.BatchRequest,
                BulkJson.Default.BatchAnswer,
                cancel);
            List<int> later = [];
            foreach (BatchedAnswer one in answer.Responses)
            {
                ListedRow row = rows[int.Parse(one.Id, System.Globalization.CultureInfo.InvariantCulture)];
                switch (one.Status)
                {
                    case 200 when one.Body is { } body:
                        row.Person = body.Person;
                        break;
                    case 404:
                        Unknown(row);
                        break;
                    case 429 or 503 when attempt < Attempts:
                        later.Add(int.Parse(one.Id, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                    case 400:
                        row.Fail(one.Body?.Error?.InnerError?.Code ?? one.Body?.Error?.Code ?? "malformedUser", one.Body?.Error?.Message ?? "The server cannot read this name.");
                        break;
                    default:
                        throw new GraphException((HttpStatusCode)one.Status, one.Body?.Error?.Code ?? "", one.Body?.Error?.InnerError?.Code, one.Body?.Error?.Message ?? "The users could not be read.", one.Body?.Error?.InnerError?.RequestId);
                }
            }

            open = later;
            if (open.Count > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancel);
            }
        }
    }

    private static async Task FilterAsync(GraphClient graph, ListedRow[] rows, UserNaming naming, CancellationToken cancel)
    {
        StringBuilder list = new();
        foreach (ListedRow row in rows)
        {
            list.Append(list.Length == 0 ? "" : ",").Append('\'').Append(row.User.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
        }

        string filter = naming == UserNaming.EmployeeId ? $"employeeId in ({list})" : $"mail in ({list}) or userPrincipalName in ({list})";
        IReadOnlyList<ListedPerson> found = await graph.AllAsync(
            $"v1.0/users?$top=999&$select={ListedPerson.Selected}&$filter={Uri.EscapeDataString(filter)}", BulkJson.Default.GraphPageListedPerson, cancel);
        ILookup<string, ListedPerson> byName = found.ToLookup(person => (naming == UserNaming.EmployeeId ? person.EmployeeId : person.Mail) ?? "", StringComparer.OrdinalIgnoreCase);
        ILookup<string, ListedPerson> bySignIn = found.ToLookup(person => person.UserPrincipalName, StringComparer.OrdinalIgnoreCase);
        foreach (ListedRow row in rows)
        {
            ListedPerson[] meant = [.. byName[row.User]];
            meant = meant.Length == 0 && naming == UserNaming.Mail ? [.. bySignIn[row.User]] : meant;
            switch (meant)
            {
                case [var one]:
                    row.Person = one;
                    break;
                case []:
                    Unknown(row);
                    break;
                default:
                    row.Fail("userAmbiguous", $"{meant.Length} users have it: {string.Join(", ", meant.Take(3).Select(person => person.UserPrincipalName))}. Name the one who is meant by sign-in name.");
                    break;
            }
        }
    }

    private static void Unknown(ListedRow row) => row.Fail("Request_ResourceNotFound", $"This tenant has no user '{row.User}'.");
}
