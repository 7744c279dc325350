using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Insight;
using Berth.Graph.Errors;
using Berth.Graph.History;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Plans;

/// <summary>Making changes that were planned, all or nothing: <c>/berth/v1/apply</c> (B504 to B507).</summary>
internal static class ApplyDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/apply", CommandAccess.Any, Apply) { Versions = RouteVersions.Berth, Body = RouteBody.Changes },
    ];

    private static Handling Apply(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Apply",
        (read, body) => ApplyBody.Read(read, body, tenant, request.Caller.Actor.DisplayName),
        body => body.PlanId is { } id ? Saved(tenant, request, id, body.AllowMassRemoval) : Submit(tenant, request, body.Changes!, body.ExpectedVersion, body.AllowMassRemoval));

    private static Handling Submit(Tenant tenant, GraphRequest request, IReadOnlyList<PlannedChange> changes, long? expected, bool allowMassRemoval) =>
        request.Caller.Allows(DrawnPlan.CommandsOf(changes, tenant, request.ReceivedAt))
            ? new Handling.Deliberate(now => Submit(now, request, changes, DrawnPlan.CommandsOf(changes, now, request.ReceivedAt), expected, allowMassRemoval, null))
            : GraphResponse.Error(request, GraphError.Denied);

    // A request that is sent again finds the tenant changed by itself: it gets its answer, and what is not a repetition expects a version that never is.
    private static Handling.Wanted Submit(
        Tenant tenant, GraphRequest request, IReadOnlyList<PlannedChange> changes, Command[] commands, long? expected, bool allowMassRemoval, GraphError? outdated) => new(
        new Command.ApplyChanges(commands.ToValueArray()) { ExpectedVersion = outdated is null ? expected : -1, MayRemoveMany = allowMassRemoval },
        decision => decision switch
        {
            Decision.Accepted accepted => OperationDesk.Applied(request, accepted),
            Decision.Refused no => GraphResponse.Error(request, outdated ?? no.Refusal.ToError(changes, tenant, request.ReceivedAt)),
            _ => throw new InvalidOperationException("A decision is one of two."),
        });

    private static Handling Saved(Tenant tenant, GraphRequest request, Guid id, bool allowMassRemoval)
    {
        if (request.Plans?.Find(tenant.Profile.Id, id) is not { } drawn)
        {
            return GraphResponse.Error(request, GraphError.NotFound($"{id}") with
            {
                Message = $"There is no plan {id} any more: a plan can be applied for {PlanShelf.Kept.TotalMinutes:0} minutes, until the server restarts, and while it is one of the last {PlanShelf.MostPlans}. Draw it again (B506).",
                InnerCode = "planNotFound",
            });
        }

        Command[] then = DrawnPlan.CommandsOf(drawn.Changes, drawn.Tenant, drawn.At);
        if (!request.Caller.Allows(then))
        {
            return GraphResponse.Error(request, GraphError.Denied);
        }

        Plan old = Plan.Of(drawn.Tenant, then, new DecisionContext(drawn.At, request.Caller.Actor), out _)
            ?? throw new InvalidOperationException("A plan that was drawn cannot be drawn again.");
        return new Handling.Deliberate(now =>
        {
            Command[] commands = DrawnPlan.CommandsOf(drawn.Changes, now, request.ReceivedAt);
            return Submit(now, request, drawn.Changes, commands, now.Version, allowMassRemoval, Outdated(request, drawn, old, now, commands));
        });
    }

    // Null when the plan still says what would happen.
    private static GraphError? Outdated(GraphRequest request, DrawnPlan drawn, Plan old, Tenant now, Command[] commands)
    {
        if (Plan.Of(now, commands, new DecisionContext(request.ReceivedAt, request.Caller.Actor), out Refusal? refusal) is not { } young)
        {
            return refusal!.ToError(drawn.Changes, now, request.ReceivedAt);
        }

        ErrorDetail[] differences = [.. PlanDifferences.Between(old, young, now).Take(PlanDifferences.Most)];
        return differences.Length == 0 ? null : GraphError.Conflict(
            "planOutdated", "The tenant has changed since, so that the plan would do something else. Nothing was changed: draw it again and look at it.") with
        {
            Details = differences.ToValueArray(),
        };
    }
}

/// <summary>What is to be applied.</summary>
/// <param name="Changes">The changes; null when a plan is named.</param>
/// <param name="ExpectedVersion">The version they are meant for, or null.</param>
/// <param name="PlanId">The plan; null when there are changes.</param>
/// <param name="AllowMassRemoval">Whether many may lose a SKU (B505).</param>
internal sealed record ApplyBody(List<PlannedChange>? Changes, long? ExpectedVersion, Guid? PlanId, bool AllowMassRemoval)
{
    /// <summary>Reads the body; <paramref name="by"/> is who makes what is made.</summary>
    public static ApplyBody Read(BodyReader read, JsonElement body, Tenant tenant, string by)
    {
        List<PlannedChange>? changes = null;
        long? version = null;
        Guid? plan = null;
        bool many = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "CHANGES":
                    changes = PlanBody.ReadAll(read, value, tenant, by);
                    break;
                case "EXPECTEDVERSION" when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number):
                    version = number;
                    break;
                case "EXPECTEDVERSION":
                    read.FailValue(name, "It is the version of a plan, a whole number.");
                    break;
                case "PLANID":
                    plan = read.Id(value, name);
                    break;
                case "ALLOWMASSREMOVAL":
                    many = read.Flag(value, name);
                    break;
                default:
                    read.FailUnknown(name, "Applying takes planId, or changes and expectedVersion; and allowMassRemoval.");
                    break;
            }
        }

        if (changes is null == plan is null)
        {
            read.Fail("valueMissing", "Name either a planId or the changes.");
        }
        else if (plan is not null && version is not null)
        {
            read.FailValue("expectedVersion", "A planId says already what is expected.");
        }

        return new ApplyBody(changes, version, plan, many);
    }
}
