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
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/import", DeskAccess.Import, Import) { Versions = RouteVersions.Berth, Body = RouteBody.Lines },
    ];

    private static Handling.Working Import(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        new Handling.Working((desk, cancel) => ImportAsync(desk, request, cancel));

    private static async ValueTask<GraphResponse> ImportAsync(TenantDesk desk, GraphRequest request, CancellationToken cancel)
    {
        using ImportLines lines = new(request.BodyStream!);
        ImportReport report = new();
        List<ImportLine> chunk = [];
        int bytes = 0;
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

            bytes += text.Length;
            if (chunk.Count >= GraphLimits.ImportChunkLines || bytes >= GraphLimits.ImportChunkBytes)
            {
                if (await writing.ConfigureAwait(false) is { } failed)
                {
                    return GraphResponse.Error(request, failed);
                }

                writing = WriteAsync(desk, request, chunk, report, cancel);
                (chunk, bytes) = ([], 0);
            }
        }

        GraphError? error = await writing.ConfigureAwait(false);
        if (error is null && chunk.Count > 0)
        {
            error = await WriteAsync(desk, request, chunk, report, cancel).ConfigureAwait(false);
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

    private static async Task<GraphError?> WriteAsync(
        TenantDesk desk, GraphRequest request, List<ImportLine> chunk, ImportReport report, CancellationToken cancel)
    {
        try
        {
            switch (await desk.SubmitAsync(new Command.ImportDirectory(chunk.ToValueArray()), request.Caller.Actor, null, cancel).ConfigureAwait(false))
            {
                case Submission.Done { Decision: Decision.Accepted accepted }:
                    report.Take(chunk, accepted.Lines);
                    return null;
                case Submission.Done { Decision: Decision.Refused refused }:
                    return refused.Refusal.ToError();
                default:
                    throw new InvalidOperationException("A chunk is sent once.");
            }
        }
        catch (WriteFailedException failed)
        {
            return GraphError.Unavailable($"The lines before {chunk[0].Line} are imported, the others are not: {failed.Message}", 1);
        }
        catch (LedgerFencedException fenced)
        {
            return GraphError.Unavailable($"The lines before {chunk[0].Line} are imported, the others are not: {fenced.Message}", 1);
        }
    }
}
