using System.Security.Cryptography;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Insight;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Plans;

/// <summary>What changes would do, before they are made: <c>/berth/v1/plan</c>. Nothing changes (B500).</summary>
internal static class PlanDesk
{
    /// <summary>Who may ask: whoever may read licenses or Cloud PCs; each sees of a plan what they may read (B508).</summary>
    public static RouteAccess Access { get; } = DeskAccess.Read.Or(CloudPcAccess.Read);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/plan", Access, Draw) { Versions = RouteVersions.Berth, Body = RouteBody.Changes },
    ];

    private static Handling Draw(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Plan",
        (read, body) => PlanBody.Read(read, body, tenant, request.Caller.Actor.DisplayName),
        changes => Answer(tenant, request, changes));

    private static GraphResponse Answer(Tenant tenant, GraphRequest request, List<PlannedChange> changes)
    {
        Command[] commands = DrawnPlan.CommandsOf(changes, tenant, request.ReceivedAt);
        DecisionContext context = new(request.ReceivedAt, request.Caller.Actor);
        if (Plan.Of(tenant, commands, context, out Refusal? refusal) is not { } plan)
        {
            // As if it had been done: what Graph would refuse is refused here in the same words.
            return GraphResponse.Error(request, refusal!.ToError(changes, tenant, request.ReceivedAt));
        }

        DrawnPlan drawn = new(
            IdsByName.Of(tenant.Profile.Id, $"plan/{tenant.Version}/{Convert.ToHexStringLower(SHA256.HashData(request.Body.Span))}"), changes, tenant, request.ReceivedAt, request.Body.Length);
        request.Plans?.Keep(tenant.Profile.Id, drawn);
        return GraphResponse.Json(200, (drawn, plan, request), static (json, s) => PlanJson.Write(json, s.drawn.Id, s.plan, s.drawn.Tenant, s.request));
    }

    /// <summary>The refusal of changes: it names the change, not the command that came of it.</summary>
    internal static GraphError ToError(this Refusal refusal, IReadOnlyList<PlannedChange> changes, Tenant tenant, DateTimeOffset system)
    {
        int? part = refusal.Part;
        for (int i = 0; i < changes.Count && part is { } left; i++)
        {
            int commands = changes[i].Commands(tenant, tenant.Now(system)).Count();
            if (left < commands)
            {
                return (refusal with { Part = i }).ToError();
            }

            part = left - commands;
        }

        return refusal.ToError();
    }
}
