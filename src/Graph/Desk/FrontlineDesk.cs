using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Desk;

/// <summary>How the licenses of Frontline plans stand, and the blocks of their concurrency buffers: <c>/berth/v1/frontline</c> (B424, B425, B439).</summary>
internal static class FrontlineDesk
{
    /// <summary>The most waiting Cloud PCs that a plan shows; their number is told anyway.</summary>
    public const int ListedWaiting = 1000;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/frontline", DeskAccess.ReadCloudPcs, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Get, "/frontline/{servicePlan}", DeskAccess.ReadCloudPcs, One) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/frontline/{servicePlan}/unblock", DeskAccess.WriteCloudPcs, Unblock) { Versions = RouteVersions.Berth, Body = RouteBody.None },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) => GraphResponse.Json(200, (tenant, request), static (json, s) =>
    {
        (Tenant tenant, GraphRequest request) = s;
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (CloudPcPlan plan in tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind == CloudPcKind.Frontline).OrderBy(plan => plan.Size).ThenBy(plan => plan.Id))
        {
            if (IsInUse(tenant, plan.Plan))
            {
                json.WriteStartObject();
                Write(json, tenant, plan, tenant.Now(request.ReceivedAt));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        WriteReprovisions(json, tenant);
        json.WriteEndObject();
    });

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Guid.TryParseExact(keys.First, "D", out Guid id) && tenant.Catalog.TryGetPlan(id, out ServicePlan? found)
            && tenant.Catalog.CloudPcPlanOf(found.Index) is { Kind: CloudPcKind.Frontline } plan
            ? GraphResponse.Json(200, (tenant, request, plan), static (json, s) =>
            {
                json.WriteStartObject();
                Write(json, s.tenant, s.plan, s.tenant.Now(s.request.ReceivedAt));
                WriteWaiting(json, s.tenant, s.plan.Plan);
                json.WriteEndObject();
            })
            : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling Unblock(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? Writes.Submitting.Submit(request, keys.First, new Command.UnblockBuffer(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    // A plan that the tenant has licenses of, or had.
    private static bool IsInUse(Tenant tenant, int plan) => Slots.Of(tenant.Catalog, tenant.Subscriptions, plan) > 0
        || tenant.Fleet.UseOf(plan) != default || tenant.Frontline.Buffers.ContainsKey(plan) || Waiting(tenant, plan).Any()
        || tenant.Fleet.Policies.Values.Any(policy => policy.Assignments.Any(one => one.Plan == plan));

    private static void Write(Utf8JsonWriter json, Tenant tenant, CloudPcPlan plan, DateTimeOffset now)
    {
        PlanStanding standing = PlanStanding.Of(tenant, plan.Plan);
        json.WriteString("servicePlanId"u8, plan.Id);
        json.WriteString("displayName"u8, plan.DisplayName);
        json.WriteNumber("licenses"u8, standing.Licenses);
        json.WriteNumber("units"u8, FrontlineAssignment.MachinesPerLicense * standing.Licenses);
        json.WriteNumber("usedUnits"u8, standing.Use.Units);
        json.WriteNumber("limit"u8, standing.Limit);
        json.WriteNumber("taken"u8, standing.Use.Taken);
        json.WriteNumber("sharedSessions"u8, standing.Use.Sessions);
        json.WriteStartArray("assignments"u8);
        foreach (ProvisioningPolicy policy in tenant.Fleet.Policies.Values)
        {
            foreach (PolicyAssignment assignment in policy.Assignments.Where(one => one.Plan == plan.Plan))
            {
                if (assignment.Key is { } key && tenant.Fleet.FindAssignment(key) is { } known)
                {
                    WriteAssignment(json, tenant, policy, known, tenant.Fleet.UseOf(key));
                }
            }
        }

        json.WriteEndArray();
        WriteBuffer(json, standing, now);
        json.WriteNumber("waitingCount"u8, Waiting(tenant, plan.Plan).Count());
    }

    private static void WriteAssignment(Utf8JsonWriter json, Tenant tenant, ProvisioningPolicy policy, FrontlineAssignment known, AssignmentUse use)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, known.Assignment.Id);
        json.WriteString("displayName"u8, known.Assignment.AllotmentName);
        json.WriteString("provisioningPolicyId"u8, policy.Id);
        json.WriteString("provisioningType"u8, known.IsShared ? "sharedByEntraGroup" : "sharedByUser");
        json.WriteString("groupId"u8, tenant.Groups[known.Assignment.Group].Id);
        json.WriteNumber("licenses"u8, known.Allotment);
        json.WriteNumber("cloudPcs"u8, use.Places);
        json.WriteNumber("taken"u8, known.IsShared ? use.Sessions : use.Taken);
        WriteStorage(json, tenant, known.Assignment.Key!.Value);
        json.WriteEndObject();
    }

    // B430, B432
    private static void WriteStorage(Utf8JsonWriter json, Tenant tenant, Guid assignment)
    {
        if (!tenant.Frontline.Storages.Pools.TryGetValue(assignment, out StoragePool? pool))
        {
            json.WriteNull("storage"u8);
            return;
        }

        json.WriteStartObject("storage"u8);
        json.WriteNumber("sizeInGB"u8, pool.Terms.SizeGB);
        json.WriteNumber("users"u8, pool.Storages.Count);
        json.WriteNumber("usedInGB"u8, pool.UsedGB);
        json.WriteNumber("totalInGB"u8, StoragePool.CapacityOf(tenant, assignment));
        Time(json, "exceededSince"u8, pool.Terms.ExceededSince);
        Time(json, "deletesAt"u8, pool.Terms.DueAt);
        json.WriteEndObject();
    }

    // Policies of shared mode whose Cloud PCs were made anew, or will be by a schedule (B439).
    private static void WriteReprovisions(Utf8JsonWriter json, Tenant tenant)
    {
        ReprovisionBook book = tenant.Frontline.Reprovision;
        json.WriteStartArray("reprovisions"u8);
        foreach (int policy in book.Runs.Keys.Union(book.Schedules.Keys).Order())
        {
            ReprovisionRun? run = book.Runs.GetValueOrDefault(policy);
            ReprovisionSchedule? schedule = book.Schedules.GetValueOrDefault(policy);
            json.WriteStartObject();
            json.WriteString("provisioningPolicyId"u8, tenant.Fleet.Policies[policy].Id);
            json.WriteString("status"u8, run is null ? null : CloudPcs.ReprovisionRoutes.StatusOf(run));
            json.WriteBoolean("isScheduled"u8, run is { IsScheduled: true });
            Time(json, "startedDateTime"u8, run?.StartedAt);
            Time(json, "finishedDateTime"u8, run?.EndedAt);
            json.WriteNumber("waitingCount"u8, run?.Waiting.Count ?? 0);
            json.WriteNumber("inProgressCount"u8, run?.Making.Count ?? 0);
            Time(json, "nextDateTime"u8, schedule?.NextAt);
            Time(json, "skippedDateTime"u8, schedule?.SkippedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBuffer(Utf8JsonWriter json, PlanStanding standing, DateTimeOffset now)
    {
        json.WriteStartObject("buffer"u8);
        json.WriteString("state"u8, standing.StateAt(now) switch
        {
            BufferState.NotAvailable => "notAvailable",
            BufferState.Available => "available",
            BufferState.InUse => "inUse",
            BufferState.UsedUp => "usedUp",
            BufferState.Blocked => "blocked",
            BufferState.PermanentlyBlocked => "permanentlyBlocked",
        });
        json.WriteNumber("excess"u8, standing.Excess);
        json.WriteNumber("usesWithinDay"u8, standing.Buffer.UsesAt(now));
        json.WriteNumber("overrunsWithinDay"u8, standing.Buffer.OverrunsAt(now));
        Time(json, "inUseSince"u8, standing.Buffer.Since);
        Time(json, "blockedUntil"u8, standing.Buffer.BlockedUntil);
        json.WriteEndObject();
    }

    private static void WriteWaiting(Utf8JsonWriter json, Tenant tenant, int plan)
    {
        int place = 0;
        json.WriteStartArray("waiting"u8);
        foreach ((PendingRow pending, CloudPc row) in Waiting(tenant, plan).Select(one => (one, tenant.Fleet.CloudPcs[one.CloudPc]!))
            .OrderBy(one => one.Item2.IsShared).ThenBy(one => one.one.Since).ThenBy(one => one.Item2.IsShared ? one.one.Assignment : one.one.UserId).ThenBy(one => one.one.CloudPc)
            .Take(ListedWaiting))
        {
            json.WriteStartObject();
            json.WriteNumber("place"u8, ++place);
            json.WriteString("cloudPcId"u8, row.Id);
            json.WriteString("userId"u8, row.IsShared ? null : row.UserId.ToString());
            json.WriteString("assignmentId"u8, pending.Assignment);
            json.WriteString("since"u8, pending.Since.UtcDateTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<PendingRow> Waiting(Tenant tenant, int plan) =>
        tenant.Fleet.Pending.SkipWhile(one => one.Plan < plan).TakeWhile(one => one.Plan == plan);

    private static void Time(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
