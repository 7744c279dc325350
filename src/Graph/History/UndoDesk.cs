using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Insight;
using Berth.Graph.Errors;
using Berth.Graph.Plans;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.History;

/// <summary>Setting an operation back, as a plan first: <c>/berth/v1/history/{operationId}/undo</c> (B523 to B527).</summary>
internal static class UndoDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/history/{operation}/undo", HistoryDesk.Access, Draw) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/history/{operation}/undo", CommandAccess.Any, Apply) { Versions = RouteVersions.Berth, Body = RouteBody.None },
    ];

    private static Handling.Working Draw(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return new Handling.Working(async (desk, cancel) =>
        {
            if (await HistoryDesk.FindAsync(desk, tenant, key, cancel).ConfigureAwait(false) is not { } happened)
            {
                return GraphResponse.Error(request, GraphError.NotFound(key));
            }

            DecisionContext context = new(request.ReceivedAt, request.Caller.Actor);
            Undo undo = Undo.Of(tenant, happened, context);
            if (undo.Refusal is { } no)
            {
                return GraphResponse.Error(request, Refused(no));
            }

            Plan plan = Plan.Of(tenant, [.. undo.Commands], context, out Refusal? refusal) ?? throw new InvalidOperationException($"An undo that was decided is refused: {refusal}");
            Guid id = IdsByName.Of(tenant.Profile.Id, $"undo/{key}/{tenant.Version}");
            return GraphResponse.Json(200, (id, plan, tenant, request, undo), static (json, s) =>
            {
                json.WriteStartObject();
                PlanJson.Members(json, s.id, s.plan, s.tenant, s.request, isUndo: true, Sentences(s.undo));
                NotUndone(json, s.undo);
                json.WriteEndObject();
            });
        });
    }

    private static Handling.Working Apply(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return new Handling.Working(async (desk, cancel) =>
        {
            if (await HistoryDesk.FindAsync(desk, tenant, key, cancel).ConfigureAwait(false) is not { } happened)
            {
                return GraphResponse.Error(request, GraphError.NotFound(key));
            }

            return await GraphRoom.FinishAsync(desk, request, new Handling.Deliberate(now => SetBack(now, request, happened)), cancel).ConfigureAwait(false);
        });
    }

    private static Handling.Wanted SetBack(Tenant now, GraphRequest request, TenantEvent happened)
    {
        Undo undo = Undo.Of(now, happened, new DecisionContext(request.ReceivedAt, request.Caller.Actor));
        GraphError? error = !request.Caller.Allows(undo.Commands) ? GraphError.Denied
            : undo.Refusal is { } no ? Refused(no)
            : undo.Commands.Count == 0 ? Nothing(undo)
            : null;

        // A request that is sent again finds nothing left to set back: it gets its answer, and what is not a repetition expects a version that never is.
        return new Handling.Wanted(
            new Command.ApplyChanges(undo.Commands) { ExpectedVersion = error is null ? now.Version : -1, MayRemoveMany = true },
            decision => decision switch
            {
                Decision.Accepted accepted => Done(accepted, undo),
                Decision.Refused refused => GraphResponse.Error(request, error ?? Refused(refused.Refusal)),
                _ => throw new InvalidOperationException("A decision is one of two."),
            });
    }

    private static GraphResponse Done(Decision.Accepted accepted, Undo undo) => GraphResponse.Json(200, (accepted, undo), static (json, s) =>
    {
        Tenant tenant = s.accepted.Next;
        json.WriteStartObject();
        json.WriteString("id"u8, IdsByName.OfOperation(tenant.Profile.Id, tenant.Version));
        json.WriteString("state"u8, "succeeded"u8);
        json.WriteNumber("version"u8, tenant.Version);
        NotUndone(json, s.undo);
        json.WriteEndObject();
    });

    private static GraphError Refused(Refusal refusal)
    {
        GraphError error = (refusal with { Part = null }).ToError();
        return error with { Message = $"The operation cannot be undone as things stand now, and nothing was changed: {error.Message}" };
    }

    private static GraphError Nothing(Undo undo) => GraphError.Conflict(
        "nothingToUndo",
        undo.Gaps.Count == 0 ? "Nothing of the operation is left to set back." : "Nothing of the operation can be set back. " + string.Join(' ', Sentences(undo)));

    private static void NotUndone(Utf8JsonWriter json, Undo undo)
    {
        json.WriteStartArray("notUndone"u8);
        foreach (UndoGap gap in undo.Gaps)
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, char.ToLowerInvariant($"{gap.Reason}"[0]) + $"{gap.Reason}"[1..]);
            json.WriteString("what"u8, gap.What);
            json.WriteString("id"u8, gap.Id?.ToString());
            json.WriteString("message"u8, Sentence(gap));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<string> Sentences(Undo undo) => undo.Gaps.Select(Sentence);

    private static string Sentence(UndoGap gap)
    {
        string which = gap.Id is { } id ? $"{gap.What} {id}" : gap.What;
        return gap.Reason switch
        {
            UndoGapReason.DataDestroyed => $"The data of {which} is destroyed and does not come back.",
            UndoGapReason.GraceOver => $"The grace period of {which} has run out: it is gone with its data, and a new one comes without.",
            UndoGapReason.ActionDone => $"What was done to {which} stays done.",
            UndoGapReason.SessionOver => $"The {which} that began or ended stays as it is.",
            UndoGapReason.LicensesNotGiven => $"The {which} comes back without direct licenses that cannot be given any more (B74).",
            UndoGapReason.DeletedForGood => $"The {which} was deleted for good.",
            UndoGapReason.Gone => $"The {which} is not there any more.",
            UndoGapReason.ClockMoved => "The clock never goes back.",
            UndoGapReason.CatalogChanged => "The catalog stays as it is.",
            UndoGapReason.NotReversible => $"The {which} is not set back by an undo: change it yourself.",
        };
    }
}
