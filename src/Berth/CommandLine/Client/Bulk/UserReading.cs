using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;
using Berth.Connect;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>Reads the users of a list, several batches ahead, and yields them in the order of the list.</summary>
internal static class UserReading
{
    /// <summary>The rows with their users, or with what is wrong with them.</summary>
    /// <exception cref="ConnectionFailedException">The server cannot be reached.</exception>
    public static async IAsyncEnumerable<(ListRow Row, WireUser? User, RowOutcome? Problem)> ReadAsync(
        GraphClient graph, UserList list, [EnumeratorCancellation] CancellationToken cancel)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Channel<Task<(ListRow, WireUser?, RowOutcome?)[]>> ahead = Channel.CreateBounded<Task<(ListRow, WireUser?, RowOutcome?)[]>>(ClientLimits.ReadsInFlight);
        Task sender = SendAheadAsync(graph, list, ahead.Writer, over.Token);
        Dictionary<Guid, int> seen = [];
        try
        {
            await foreach (Task<(ListRow, WireUser?, RowOutcome?)[]> batch in ahead.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                foreach ((ListRow row, WireUser? user, RowOutcome? problem) in await batch.ConfigureAwait(false))
                {
                    yield return user is not null && !seen.TryAdd(user.Id, row.Line) ? (row, null, SameAs(seen[user.Id])) : (row, user, problem);
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await sender.ConfigureAwait(false);
        }
    }

    /// <summary>The outcome of a row that needs no user, or null.</summary>
    private static RowOutcome? Malformed(ListRow row) => row switch
    {
        { IsWellFormed: false } => RowOutcome.Failure("malformedRow", $"Line {row.Line} has more fields than the header: put fields that contain a separator in double quotes."),
        { User: "" } => RowOutcome.Failure("userMissing", $"Line {row.Line} names no user."),
        _ when !LicenseArguments.IsUser(row.User) =>
            RowOutcome.Failure("malformedUser", $"Line {row.Line}: '{row.User}' is neither a user principal name nor an id."),
        _ => null,
    };

    private static RowOutcome SameAs(int line) => new(RowFate.Duplicate, "duplicateUser", $"The same user as in line {line}.");

    private static async Task SendAheadAsync(
        GraphClient graph, UserList list, ChannelWriter<Task<(ListRow, WireUser?, RowOutcome?)[]>> ahead, CancellationToken over)
    {
        Dictionary<string, int> seen = new(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (ListRow[] rows in list.Rows.Chunk(ConnectLimits.BatchItems))
            {
                (ListRow Row, WireUser? User, RowOutcome? Problem)[] known =
                [
                    .. rows.Select(row => (row, (WireUser?)null, Malformed(row) ?? (seen.TryAdd(row.User, row.Line) ? null : SameAs(seen[row.User])))),
                ];
                await ahead.WriteAsync(ReadBatchAsync(graph, known, over), over).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Nobody wants the rest.
        }

        ahead.Complete();
    }

    private static async Task<(ListRow, WireUser?, RowOutcome?)[]> ReadBatchAsync(
        GraphClient graph, (ListRow Row, WireUser? User, RowOutcome? Problem)[] rows, CancellationToken cancel)
    {
        int[] open = [.. Enumerable.Range(0, rows.Length).Where(index => rows[index].Problem is null)];
        GraphAnswer[] answers = await graph.SendBatchAsync(
            [.. open.Select(index => GraphCall.Get($"{UserCommands.PathOf(rows[index].Row.User)}?{UserCommands.Selected}"))], cancel).ConfigureAwait(false);
        foreach ((int index, GraphAnswer answer) in open.Zip(answers))
        {
            if (answer.IsDone)
            {
                rows[index].User = answer.Read(WireJson.Default.WireUser);
            }
            else
            {
                GraphRefusal refusal = GraphRefusal.Of(answer);
                rows[index].Problem = RowOutcome.Failure(refusal.Code, refusal.Message);
            }
        }

        return rows;
    }
}
