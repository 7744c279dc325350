using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudLicensing;

/// <summary>
/// Microsoft's own model of pools, <c>/beta/admin/cloudLicensing</c> and what users and groups have of it: another view of the licenses that
/// <c>subscribedSkus</c>, <c>licenseDetails</c> and <c>licenseAssignmentStates</c> show (L172 to L176). Nothing of it is in v1.0 (B588).
/// </summary>
internal static class LicensingReads
{
    private const string Admin = "/admin/cloudLicensing";
    private const string User = "/users/{user}/cloudLicensing";
    private const string Group = "/groups/{group}/cloudLicensing";

    // One order each: that of the SKUs, or that of the queue (B586).
    private const QueryOptions Options = QueryOptions.Select | QueryOptions.Expand | QueryOptions.Filter | QueryOptions.Page | QueryOptions.Count;

    /// <summary>How they are answered.</summary>
    public static Resource<AllotmentRow> Allotments { get; } = new(LicensingShapes.Allotment, "admin/cloudLicensing/allotments", Options);

    /// <summary>How they are answered.</summary>
    public static Resource<AssignmentRow> AssignmentsOf { get; } = new(LicensingShapes.Assignment, "admin/cloudLicensing/assignments", Options);

    /// <summary>How they are answered.</summary>
    public static Resource<AssignmentErrorRow> ErrorsOf { get; } = new(LicensingShapes.AssignmentError, "admin/cloudLicensing/assignmentErrors", Options);

    /// <summary>How they are answered.</summary>
    public static Resource<UsageRightRow> RightsOf { get; } = new(LicensingShapes.UsageRight, "cloudLicensing/usageRights", Options);

    /// <summary>How they are answered.</summary>
    public static Resource<WaitingMemberRow> WaitingOf { get; } = new(LicensingShapes.WaitingMember, "cloudLicensing/waitingMembers", Options);

    private static readonly Resource<MemberRow> Assignees = new(LicensingShapes.Assignee, "directoryObjects", QueryOptions.None) { TypeOf = DirectoryShapes.TypeOf };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } = [.. OfOrganization(), .. OfUsers(), .. OfGroups()];

    private static IEnumerable<Route> OfOrganization()
    {
        RouteAccess access = LicensingAccess.Organization;
        yield return Get($"{Admin}/allotments", access, static (tenant, request, _) =>
            Allotments.Page(request, (_, after) => (AllotmentsOf(tenant).Where(row => row.Position > after), null)));
        yield return One($"{Admin}/allotments/{{allotment}}", access, static (tenant, keys) => FindAllotment(tenant, keys.First), Allotments);
        yield return Get($"{Admin}/allotments/{{allotment}}/assignments", access, static (tenant, request, keys) => FindAllotment(tenant, keys.First) is { } row
            ? AssignmentsOf.PageAfter(request, Assignments.Mark, mark => Assignments.After(tenant, row.Sku.Index, mark))
            : Missing(request, keys.First));
        yield return One(
            $"{Admin}/allotments/{{allotment}}/assignments/{{assignment}}",
            access,
            static (tenant, keys) => FindAllotment(tenant, keys.First) is { } row && Assignments.Find(tenant, keys.Second) is { } assignment && assignment.License.Sku == row.Sku.Index
                ? assignment
                : null,
            AssignmentsOf);
        yield return Get($"{Admin}/allotments/{{allotment}}/waitingMembers", access, static (tenant, request, keys) => FindAllotment(tenant, keys.First) is { } row
            ? WaitingOf.PageAfter(request, WaitingMembers.Mark, mark => WaitingMembers.After(tenant, row.Sku.Index, mark))
            : Missing(request, keys.First));
        yield return One(
            $"{Admin}/allotments/{{allotment}}/waitingMembers/{{waitingMember}}",
            access,
            static (tenant, keys) => FindAllotment(tenant, keys.First) is { } row && WaitingMembers.Find(tenant, keys.Second) is { } member && member.Sku == row.Sku.Index ? member : null,
            WaitingOf);
        yield return Get($"{Admin}/assignments", access, static (tenant, request, _) =>
            AssignmentsOf.PageAfter(request, Assignments.Mark, mark => Assignments.After(tenant, mark)));
        yield return One($"{Admin}/assignments/{{assignment}}", access, static (tenant, keys) => Assignments.Find(tenant, keys.First), AssignmentsOf);
        yield return One($"{Admin}/assignments/{{assignment}}/allotment", access, static (tenant, keys) => Assignments.Find(tenant, keys.First)?.Allotment, Allotments);
        yield return One($"{Admin}/assignments/{{assignment}}/assignedTo", access, static (tenant, keys) => Assignments.Find(tenant, keys.First)?.AssignedTo, Assignees);

        access = LicensingAccess.Errors;
        yield return Get($"{Admin}/assignmentErrors", access, static (tenant, request, _) =>
            ErrorsOf.PageAfter(request, AssignmentErrors.Mark, mark => AssignmentErrors.After(tenant, mark)));
        yield return One($"{Admin}/assignmentErrors/{{assignmentError}}", access, static (tenant, keys) => AssignmentErrors.Find(tenant, keys.First), ErrorsOf);
        yield return One(
            $"{Admin}/assignmentErrors/{{assignmentError}}/assignedTo",
            access,
            static (tenant, keys) => AssignmentErrors.Find(tenant, keys.First) is { } row ? MemberRow.OfUser(tenant, row.Pair.User) : null,
            Assignees);
        yield return One($"{Admin}/assignmentErrors/{{assignmentError}}/usageRight", access, static (tenant, keys) => AssignmentErrors.Find(tenant, keys.First)?.UsageRight(), RightsOf);
    }

    private static IEnumerable<Route> OfUsers()
    {
        RouteAccess access = LicensingAccess.OfUser;
        yield return OfUser($"{User}/assignments", access.OrOneself(), static (user, request) =>
            AssignmentsOf.Page(request, (_, after) => (Assignments.Of(user).Where(row => row.Position > after), null)));
        yield return One($"{User}/assignments/{{assignment}}", access.OrOneself(), AssignmentOfUser, AssignmentsOf);
        yield return One($"{User}/assignments/{{assignment}}/allotment", access, static (tenant, keys) => AssignmentOfUser(tenant, keys)?.Allotment, Allotments);
        yield return OfUser($"{User}/assignmentErrors", access.OrOneself(), static (user, request) =>
            ErrorsOf.PageAfter(request, AssignmentErrors.Mark, mark => AssignmentErrors.After(user, mark)));
        yield return One($"{User}/assignmentErrors/{{assignmentError}}", access.OrOneself(), static (tenant, keys) =>
            UserReads.Find(tenant, keys.First) is { } user && AssignmentErrors.Find(tenant, keys.Second) is { } row && row.Pair.User == user.Position ? row : null, ErrorsOf);
        yield return OfUser($"{User}/usageRights", LicensingAccess.RightsOfUser.OrOneself(), static (user, request) =>
            RightsOf.Page(request, (_, after) => (UsageRights.Of(user).Where(row => row.Position > after), null)));
        yield return One($"{User}/usageRights/{{usageRight}}", LicensingAccess.RightsOfUser.OrOneself(), static (tenant, keys) =>
            UserReads.Find(tenant, keys.First) is { } user ? Of(UsageRights.Of(user), keys.Second) : null, RightsOf);
        yield return OfUser($"{User}/waitingMembers", access.OrOneself(), static (user, request) =>
            WaitingOf.Page(request, (_, after) => (WaitingMembers.Of(user).Where(row => row.Position > after), null)));
        yield return One($"{User}/waitingMembers/{{waitingMember}}", access.OrOneself(), WaitingOfUser, WaitingOf);
        yield return One($"{User}/waitingMembers/{{waitingMember}}/allotment", access, static (tenant, keys) => WaitingOfUser(tenant, keys)?.Allotment, Allotments);
    }

    private static IEnumerable<Route> OfGroups()
    {
        RouteAccess access = LicensingAccess.OfGroup;
        yield return Get($"{Group}/assignments", access, static (tenant, request, keys) => GroupReads.Find(tenant, keys.First) is { } group
            ? AssignmentsOf.Page(request, (_, after) => (Assignments.Of(group).Where(row => row.Position > after), null))
            : Missing(request, keys.First));
        yield return One($"{Group}/assignments/{{assignment}}", access, AssignmentOfGroup, AssignmentsOf);
        yield return One($"{Group}/assignments/{{assignment}}/allotment", access, static (tenant, keys) => AssignmentOfGroup(tenant, keys)?.Allotment, Allotments);
        yield return Get($"{Group}/usageRights", LicensingAccess.RightsOfGroup, static (tenant, request, keys) => GroupReads.Find(tenant, keys.First) is { } group
            ? RightsOf.Page(request, (_, after) => (UsageRights.Of(group).Where(row => row.Position > after), null))
            : Missing(request, keys.First));
        yield return One($"{Group}/usageRights/{{usageRight}}", LicensingAccess.RightsOfGroup, static (tenant, keys) =>
            GroupReads.Find(tenant, keys.First) is { } group ? Of(UsageRights.Of(group), keys.Second) : null, RightsOf);
    }

    private static IEnumerable<AllotmentRow> AllotmentsOf(Tenant tenant)
    {
        foreach (Sku sku in tenant.Catalog.Skus)
        {
            if (tenant.Owns(sku.Index))
            {
                yield return new AllotmentRow(tenant, sku);
            }
        }
    }

    private static AllotmentRow? FindAllotment(Tenant tenant, string id) =>
        LicensingId.Read(LicensingKind.Allotment, id) is [var tenantId, var skuId] && tenantId == tenant.Profile.Id
            && tenant.Catalog.TryGetSku(skuId, out Sku? sku) && tenant.Owns(sku.Index)
            ? new AllotmentRow(tenant, sku)
            : null;

    private static AssignmentRow? AssignmentOfUser(Tenant tenant, RouteKeys keys) =>
        UserReads.Find(tenant, keys.First) is { } user && Assignments.Find(tenant, keys.Second) is { } row && row.HolderId == user.User.Id ? row : null;

    private static AssignmentRow? AssignmentOfGroup(Tenant tenant, RouteKeys keys) =>
        GroupReads.Find(tenant, keys.First) is { } group && Assignments.Find(tenant, keys.Second) is { } row && row.HolderId == group.Group.Id ? row : null;

    private static WaitingMemberRow? WaitingOfUser(Tenant tenant, RouteKeys keys) =>
        UserReads.Find(tenant, keys.First) is { } user && WaitingMembers.Find(tenant, keys.Second) is { } row && row.Pair.User == user.Position ? row : null;

    private static UsageRightRow? Of(IEnumerable<UsageRightRow> rights, string id)
    {
        foreach (UsageRightRow row in rights)
        {
            if (row.Id == id)
            {
                return row;
            }
        }

        return null;
    }

    private static Route Get(string template, RouteAccess access, RouteHandler handler) => new(GraphMethod.Get, template, access, handler) { Versions = RouteVersions.Beta };

    private static Route OfUser(string template, RouteAccess access, Func<UserRow, GraphRequest, GraphResponse> answer) => Get(
        template, access, (tenant, request, keys) => UserReads.Find(tenant, keys.First) is { } user ? answer(user, request) : Missing(request, keys.First));

    // What is not there is named as it was asked for last.
    private static Route One<TRow>(string template, RouteAccess access, Func<Tenant, RouteKeys, TRow?> find, Resource<TRow> resource)
        where TRow : struct, IRow => Get(template, access, (tenant, request, keys) => find(tenant, keys) is { } row
            ? resource.One(request, row)
            : Missing(request, keys.Second.Length > 0 ? keys.Second : keys.First));

    private static GraphResponse Missing(GraphRequest request, string key) => GraphResponse.Error(request, GraphError.NotFound(key));
}
