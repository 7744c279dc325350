using System.Security.Cryptography;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Desk;

/// <summary>
/// Many users, groups and members at once: <c>/berth/v1/import</c>. The body is JSON lines and is never held whole: lines gather to
/// a command of bounded size, and while the ledger writes one, the next gathers. A bad line is reported and leaves the others alone.
/// </summary>
internal static class ImportDesk
{
    private const int RetryAfterSeconds = 1;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/import", DeskAccess.Import, Import) { Versions = RouteVersions.Berth, Body = RouteBody.Lines },
    ];

    private static Handling.Working Import(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        new Handling.Working((desk, cancel) => ImportAsync(desk, request, cancel));

    private static async ValueTask<GraphResponse> ImportAsync(TenantDesk desk, GraphRequest request, CancellationToken cancel)
    {
        if (GraphRoom.RepeatabilityError(request) is { } bad)
        {
            return GraphResponse.Error(request, bad);
        }

        using ImportLines lines = new(request.BodyStream!);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ImportReport report = new();
        List<ImportLine> chunk = [];
        int bytes = 0, number = 0;
        Task<GraphError?> writing = Task.FromResult<GraphError?>(null);
        while (await lines.NextAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (line.Bytes is not { } text)
            {
                report.Refuse(line.Number, GraphError.BadRequest("lineTooLong", $"The line is longer than {GraphLimits.ImportLineBytes} bytes."));
                continue;
            }

            if (!Read(line.Number, text, report, chunk))
            {
                continue;
            }

            hash.AppendData(text.Span);
            bytes += text.Length;
            if (chunk.Count >= GraphLimits.ImportChunkLines || bytes >= GraphLimits.ImportChunkBytes)
            {
                if (await writing.ConfigureAwait(false) is { } failed)
                {
                    return GraphResponse.Error(request, failed);
                }

                writing = WriteAsync(desk, request, chunk, number++, hash.GetHashAndReset(), report, cancel);
                (chunk, bytes) = ([], 0);
            }
        }

        GraphError? error = await writing.ConfigureAwait(false);
        if (error is null && chunk.Count > 0)
        {
            error = await WriteAsync(desk, request, chunk, number, hash.GetHashAndReset(), report, cancel).ConfigureAwait(false);
        }

        return error is null ? report.Answer() : GraphResponse.Error(request, error);
    }

    private static bool Read(int number, ReadOnlyMemory<byte> text, ImportReport report, List<ImportLine> chunk)
    {
        BodyReader reader = new("Import");
        using JsonDocument? line = reader.Parse(text);
        ImportLine? read = null;
        foreach ((string name, JsonElement value) in line is null ? [] : reader.Properties(line.RootElement, "line"))
        {
            if (read is not null)
            {
                reader.Fail("lineInvalid", "A line has one user, one group or one member.");
                break;
            }

            read = name.ToUpperInvariant() switch
            {
                "USER" => new ImportLine.OfUser(number, UserBody.Import(reader, value, Guid.NewGuid())),
                "GROUP" => new ImportLine.OfGroup(number, GroupBody.Import(reader, value, Guid.NewGuid())),
                "MEMBER" => Member(number, reader, value),
                _ => null,
            };
            if (read is null)
            {
                reader.FailUnknown(name, "A line is {\"user\":{...}}, {\"group\":{...}} or {\"member\":{...}}.");
            }
        }

        if (read is null)
        {
            reader.Fail("lineInvalid", "A line is {\"user\":{...}}, {\"group\":{...}} or {\"member\":{...}}.");
        }

        if (reader.Error is { } error)
        {
            report.Refuse(number, error);
            return false;
        }

        chunk.Add(read!);
        return true;
    }

    private static ImportLine.OfMember Member(int number, BodyReader reader, JsonElement element)
    {
        Guid? group = null, user = null;
        foreach ((string name, JsonElement value) in reader.Properties(element, "member"))
        {
            if (name.Equals("groupId", StringComparison.OrdinalIgnoreCase))
            {
                group = reader.Id(value, name);
            }
            else if (name.Equals("userId", StringComparison.OrdinalIgnoreCase))
            {
                user = reader.Id(value, name);
            }
            else
            {
                reader.FailUnknown(name, "A member has groupId and userId.");
            }
        }

        if (group is null || user is null)
        {
            reader.Fail("valueMissing", "A member has groupId and userId.");
        }

        return new ImportLine.OfMember(number, group ?? Guid.Empty, user ?? Guid.Empty);
    }

    // An import that is sent again under its id goes on where it was cut off: each of its commands happens once.
    private static async Task<GraphError?> WriteAsync(
        TenantDesk desk, GraphRequest request, List<ImportLine> chunk, int number, byte[] hash, ImportReport report, CancellationToken cancel)
    {
        Repeatable? repeatable = GraphRoom.RepeatableOf(request, $"#{number}", () => hash, accepted => ImportOutcome.Of(chunk, accepted.Lines).ToBytes());
        Command command = new Command.ImportDirectory(chunk.ToValueArray());
        try
        {
            switch (await desk.SubmitAsync(command, request.Caller.Actor, repeatable, cancel).ConfigureAwait(false))
            {
                case Submission.Done { Decision: Decision.Accepted accepted }:
                    report.Add(ImportOutcome.Of(chunk, accepted.Lines));
                    return null;
                case Submission.Done { Decision: Decision.Refused refused }:
                    return refused.Refusal.ToError();
                case Submission.Repeated repeated:
                    report.Add(ImportOutcome.Read(repeated.Answer.Span));
                    return null;
                case Submission.RepeatedDifferently:
                    return GraphRoom.RepeatedDifferently;
                default:
                    throw new InvalidOperationException("A submission is one of three.");
            }
        }
        catch (Exception failed) when (failed is WriteFailedException or LedgerFencedException or CommitInDoubtException)
        {
            return Cut(failed.Message);
        }

        GraphError Cut(string why) =>
            GraphError.Unavailable($"The good lines before line {chunk[0].Line} are imported, the others are not: {why}", RetryAfterSeconds);
    }
}
