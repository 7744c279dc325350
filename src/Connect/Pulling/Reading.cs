using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Connect.Copies;
using Berth.Connect.Wire;

namespace Berth.Connect.Pulling;

/// <summary>Reads collections, delta rounds and many single objects through a port.</summary>
internal sealed class Reading(GraphPort port, Action<string> progress)
{
    private const string PageSize = "odata.maxpagesize=999";

    /// <summary>The least permission of each part that can be refused.</summary>
    internal static class Permissions
    {
        public const string Users = "User.Read.All";
        public const string Groups = "GroupMember.Read.All";
        public const string Skus = "LicenseAssignment.Read.All";
        public const string Organization = "Organization.Read.All";
        public const string CloudPcs = "CloudPC.Read.All";
    }

    /// <summary>Every object of a collection.</summary>
    /// <exception cref="PullRefusedException">Graph refuses.</exception>
    public async Task<List<T>> AllAsync<T>(string part, string permission, string path, JsonTypeInfo<GraphPage<T>> type, CancellationToken cancel)
    {
        List<T> all = [];
        await foreach (GraphPage<T> page in PagesAsync(part, permission, path, type, cancel).ConfigureAwait(false))
        {
            all.AddRange(page.Value ?? []);
            progress($"{part}: {all.Count}");
        }

        return all;
    }

    /// <summary>A delta round to its end.</summary>
    /// <returns>What changed, and where the next round begins.</returns>
    /// <exception cref="PullRefusedException">Graph refuses; with status 410 because the round is too long ago.</exception>
    public async Task<(List<GraphChange> Changes, string Next)> RoundAsync(string part, string permission, string path, CancellationToken cancel)
    {
        List<GraphChange> changes = [];
        string? next = null;
        await foreach (GraphPage<GraphChange> page in PagesAsync(part, permission, path, GraphJson.Default.GraphPageGraphChange, cancel).ConfigureAwait(false))
        {
            changes.AddRange(page.Value ?? []);
            next = page.DeltaLink;
            progress($"{part}: {changes.Count} told");
        }

        return (changes, next ?? throw new ConnectFailedException($"the changes of {part} came without a link to the next ones."));
    }

    /// <summary>Single objects, twenty in a batch; null for one that is not there any more.</summary>
    /// <exception cref="PullRefusedException">Graph refuses.</exception>
    public async Task<List<T?>> EachAsync<T>(string part, string permission, IReadOnlyCollection<string> paths, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        List<T?> all = new(paths.Count);
        foreach (string[] some in paths.Chunk(ConnectLimits.BatchItems))
        {
            foreach (PortAnswer answer in await port.BatchAsync([.. some.Select(PortCall.Get)], cancel).ConfigureAwait(false))
            {
                all.Add(answer.Status == 404 ? null : Read(Granted(part, permission, answer), type));
            }

            progress($"{part}: {all.Count} of {paths.Count}");
        }

        return all;
    }

    private async IAsyncEnumerable<GraphPage<T>> PagesAsync<T>(
        string part, string permission, string path, JsonTypeInfo<GraphPage<T>> type, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? next = path;
        HashSet<string> read = new(StringComparer.Ordinal);
        while (next is not null)
        {
            if (!read.Add(next))
            {
                throw new ConnectFailedException($"the pages of {part} lead in a circle: is the address right?");
            }

            PortAnswer answer = await port.SendAsync(PortCall.Get(next) with { Prefer = PageSize }, cancel).ConfigureAwait(false);
            GraphPage<T> page = Read(Granted(part, permission, answer), type);
            yield return page;
            next = page.NextLink;
        }
    }

    private static PortAnswer Granted(string part, string permission, PortAnswer answer) =>
        answer.IsDone ? answer : throw new PullRefusedException(part, permission, answer);

    private static T Read<T>(PortAnswer answer, JsonTypeInfo<T> type)
    {
        try
        {
            return WholeJson.Read(answer.Body.Span, type);
        }
        catch (JsonException e)
        {
            throw new ConnectFailedException($"an answer is not what Microsoft Graph would send ({e.Message}): is the address right?", e);
        }
    }
}
