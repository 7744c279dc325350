using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>Provisioning policies, the groups they are assigned to, and the users who have a Cloud PC by them (protocol 3.1, 3.3, 3.4).</summary>
internal static class PolicyReads
{
    /// <summary>Where they are.</summary>
    public const string Path = CloudPcAccess.Root + "/provisioningPolicies";

    private const string Set = "deviceManagement/virtualEndpoint/provisioningPolicies";

    private const string AssignmentsPath = Path + "/{policy}/assignments";

    private static readonly Resource<PolicyRow> V1 = new(PolicyShapes.Policy, Set) { HasUnknownMembers = true };

    private static readonly Resource<AssignmentRow> V1Assignments = new(PolicyShapes.Assignment, Set + "/assignments");

    /// <summary>How policies are answered in beta.</summary>
    public static Resource<PolicyRow> Policies { get; } = new(PolicyShapes.BetaPolicy, Set) { HasUnknownMembers = true };

    /// <summary>How assignments are answered in beta.</summary>
    public static Resource<AssignmentRow> Assignments { get; } = new(PolicyShapes.BetaAssignment, Set + "/assignments");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Of(request).Page(request, (_, after) => Rows(tenant, request, after))),
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) => Of(request).Count(request, (_, after) => Rows(tenant, request, after))),
        new(GraphMethod.Get, Path + "/{policy}", CloudPcAccess.Read, static (tenant, request, keys) => About(tenant, request, keys, row => Of(request).One(request, row))),
        new(GraphMethod.Get, Path + "/{policy}/retrievePolicyUpdateStatusResult", CloudPcAccess.Read, static (tenant, request, keys) =>
            About(tenant, request, keys, row => UpdateStatus(request, row))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, AssignmentsPath, CloudPcAccess.Read, static (tenant, request, keys) => About(
            tenant, request, keys, row => AssignmentsOf(request).Page(request, (_, after) => (row.Assignments().Skip(after + 1), row.Policy.Assignments.Count)))),
        new(GraphMethod.Get, AssignmentsPath + "/$count", CloudPcAccess.Read, static (tenant, request, keys) => About(
            tenant, request, keys, row => AssignmentsOf(request).Count(request, (_, _) => (row.Assignments(), row.Policy.Assignments.Count)))),
        new(GraphMethod.Get, AssignmentsPath + "/{assignment}", CloudPcAccess.Read, static (tenant, request, keys) =>
            AboutAssignment(tenant, request, keys, row => AssignmentsOf(request).One(request, row))),
        new(GraphMethod.Get, AssignmentsPath + "/{assignment}/assignedUsers", CloudPcAccess.Read, static (tenant, request, keys) =>
            AboutAssignment(tenant, request, keys, row => UserReads.Users.Page(request, (_, after) => (row.Users(after), null)))),
        new(GraphMethod.Get, AssignmentsPath + "/{assignment}/assignedUsers/$count", CloudPcAccess.Read, static (tenant, request, keys) =>
            AboutAssignment(tenant, request, keys, row => UserReads.Users.Count(request, (_, after) => (row.Users(after), null)))),
    ];

    // C154, B375.
    private static GraphResponse UpdateStatus(GraphRequest request, PolicyRow row) => GraphResponse.Json(
        200, (request, PolicyDifference.IsThereAny(row.Tenant.Fleet, row.Position)), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#microsoft.graph.cloudPcPolicyPendingApplyStatusResult");
            }

            json.WriteBoolean("hasUnappliedPolicyUpdate"u8, s.Item2);
            json.WriteEndObject();
        });

    /// <summary>A policy that a command made or changed.</summary>
    public static GraphResponse Written(Tenant tenant, GraphRequest request, Guid id, int status) => Of(request).Written(
        request,
        PolicyRow.Find(tenant, request, $"{id}")!.Value,
        status,
        status == 201 ? new ResponseHeaders { Location = $"{request.ServiceRoot}{Path}/{id}" } : default);

    private static Resource<PolicyRow> Of(GraphRequest request) => request.Version == GraphVersion.V1 ? V1 : Policies;

    private static Resource<AssignmentRow> AssignmentsOf(GraphRequest request) => request.Version == GraphVersion.V1 ? V1Assignments : Assignments;

    private static GraphResponse About(Tenant tenant, GraphRequest request, RouteKeys keys, Func<PolicyRow, GraphResponse> answer) =>
        PolicyRow.Find(tenant, request, keys[0]) is { } row ? answer(row) : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    private static GraphResponse AboutAssignment(Tenant tenant, GraphRequest request, RouteKeys keys, Func<AssignmentRow, GraphResponse> answer) => About(
        tenant, request, keys, policy => policy.Find(keys[1]) is { } row ? answer(row) : GraphResponse.Error(request, GraphError.NotFound(keys[1])));

    private static (IEnumerable<PolicyRow> Rows, int? Count) Rows(Tenant tenant, GraphRequest request, int after) =>
        (tenant.Fleet.Policies.Keys.Where(index => index > after).Select(index => PolicyRow.At(tenant, request, index)!.Value), tenant.Fleet.Policies.Count);
}
