using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Graph.Errors;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Cloud PCs: list, one, and what can be asked about one (protocol 3.1, 3.2); those of a user under the user's path.</summary>
internal static class CloudPcReads
{
    /// <summary>The most Cloud PCs of one validateBulkResize, as in Graph.</summary>
    public const int MostValidated = 2_000;

    private static readonly Resource<CloudPcRow> V1 = Of(CloudPcShapes.V1);

    private static readonly Resource<CloudPcRow> Beta = Of(CloudPcShapes.Beta);

    private static readonly Resource<ActionRow> Actions = new(
        Shape<ActionRow>.Entity("cloudPcRemoteActionResult", CloudPcShapes.Action.Default), "Collection(microsoft.graph.cloudPcRemoteActionResult)");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs", CloudPcAccess.Read, static (tenant, request, _) => For(request).Page(request, (query, after) => Rows(tenant, request, query, after))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/$count", CloudPcAccess.Read, static (tenant, request, _) => For(request).Count(request, (query, after) => Rows(tenant, request, query, after))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}", CloudPcAccess.Read, static (tenant, request, keys) => CloudPcRow.Find(tenant, request, keys[0]) is { } row
            ? For(request).One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, "/users/{user}/cloudPCs", CloudPcAccess.Read.OrOneself(), OfUser),
        new(GraphMethod.Get, "/users/{user}/cloudPCs/$count", CloudPcAccess.Read.OrOneself(), static (tenant, request, keys) => UserReads.Find(tenant, keys[0]) is { } user
            ? For(request).Count(request, (_, after) => RowsOf(tenant, request, user.Position, after))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, "/users/{user}/cloudPCs/{cloudPC}", CloudPcAccess.Read.OrOneself(), static (tenant, request, keys) => About(tenant, request, keys, 2, row => For(request).One(request, row))),
        .. Function("retrieveCloudPcLaunchDetail", RouteVersions.Graph, LaunchDetail),
        .. Function("getCloudPcLaunchInfo", RouteVersions.Beta, LaunchInfo),
        .. ForFrontline("getFrontlineCloudPcAccessState", "value", static row => row.AccessState),
        .. ForFrontline("retrieveFrontlineCloudPcDetail", "frontlineCloudPcAvailability", static row => row.Availability),
        .. ForFrontline("retrieveFlexCloudPcAccessConfiguration", "accessState", static row => row.AccessState),
        .. ForFrontline("retrieveFlexCloudPcConfigurationDetail", "flexCloudPcAvailability", static row => row.Availability),
        ForAdministrators("retrieveCloudPcRemoteActionResults", static (request, row) => Actions.Page(
            request, (_, after) => (ActionsOf(row).Skip(after + 1), row.CloudPc.Actions.Count))),
        ForAdministrators("getSupportedCloudPcRemoteActions", SupportedActions),
        .. Function("retrieveSnapshots", RouteVersions.Beta, SnapshotReads.Of),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/getProvisionedCloudPCs(groupId={{group}},servicePlanId={{servicePlan}})", CloudPcAccess.Read, Provisioned) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/retrieveCloudPcCountByStatus", CloudPcAccess.Read, CountByStatus) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/cloudPCs/validateBulkResize", CloudPcAccess.Read, ValidateResize) { Versions = RouteVersions.Beta },
    ];

    /// <summary>How Cloud PCs are answered in the interface of a request.</summary>
    public static Resource<CloudPcRow> For(GraphRequest request) => request.Version == GraphVersion.V1 ? V1 : Beta;

    /// <summary>Goes on with the Cloud PC that a path names, or answers that there is none: under a user's path only the user's own are there.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="request">The request.</param>
    /// <param name="keys">The keys of the path.</param>
    /// <param name="count">How many keys it has: two under a user's path.</param>
    /// <param name="then">What is asked about it.</param>
    public static Handling About(Tenant tenant, GraphRequest request, RouteKeys keys, int count, Func<CloudPcRow, Handling> then)
    {
        if (count == 2 && UserReads.Find(tenant, keys[0]) is null)
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
        }

        string key = keys[count - 1];
        return CloudPcRow.Find(tenant, request, key) is { } row && (count == 1 || row.CloudPc.User == UserReads.Find(tenant, keys[0])!.Value.Position)
            ? then(row)
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static IEnumerable<Route> Function(string name, RouteVersions versions, Func<GraphRequest, CloudPcRow, GraphResponse> answer) =>
    [
        ForAdministrators(name, answer) with { Versions = versions },
        new(GraphMethod.Get, $"/users/{{user}}/cloudPCs/{{cloudPC}}/{name}", CloudPcAccess.Read.OrOneself(), (tenant, request, keys) => About(tenant, request, keys, 2, row => answer(request, row))) { Versions = versions },
    ];

    private static Route ForAdministrators(string name, Func<GraphRequest, CloudPcRow, GraphResponse> answer) =>
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}/{name}", CloudPcAccess.Read, (tenant, request, keys) => About(tenant, request, keys, 1, row => answer(request, row)))
        {
            Versions = RouteVersions.Beta,
        };

    private static Resource<CloudPcRow> Of(Shape<CloudPcRow> shape) => new(shape, "deviceManagement/virtualEndpoint/cloudPCs") { HasUnknownMembers = true };

    private static Handling OfUser(Tenant tenant, GraphRequest request, RouteKeys keys) => UserReads.Find(tenant, keys[0]) is { } user
        ? For(request).Page(request, (_, after) => RowsOf(tenant, request, user.Position, after))
        : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    private static (IEnumerable<CloudPcRow> Rows, int? Count) RowsOf(Tenant tenant, GraphRequest request, int user, int after) =>
        (At(tenant, request, tenant.Fleet.OfUser(user).Where(index => index > after)), tenant.Fleet.OfUser(user).Count);

    // Through the narrowest index that the query names. A user who was deleted keeps the Cloud PCs of the grace period.
    private static (IEnumerable<CloudPcRow> Rows, int? Count) Rows(Tenant tenant, GraphRequest request, Query<CloudPcRow> query, int after)
    {
        Fleet fleet = tenant.Fleet;
        foreach (Equality equality in query.Equalities)
        {
            IEnumerable<int>? indexes = equality.Path switch
            {
                "id" => equality.Values.Select(value => value is string text && Guid.TryParse(text, out Guid id) ? fleet.FindCloudPc(id) : -1),
                "userPrincipalName" when !equality.Values.Contains(null) => equality.Values.OfType<string>().SelectMany(name => UsersNamed(tenant, name)).SelectMany(user => fleet.OfUser(user)),
                _ => null,
            };
            if (indexes is not null)
            {
                return (At(tenant, request, indexes.Where(index => index > after).Distinct().Order()), null);
            }
        }

        return (At(tenant, request, Enumerable.Range(after + 1, Math.Max(0, fleet.CloudPcs.Count - after - 1))), query.Filter is null ? fleet.Count : null);
    }

    private static IEnumerable<int> UsersNamed(Tenant tenant, string name) =>
        tenant.Deleted.Users.Where(item => item.Value.User.UserPrincipalName.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(item => item.Key)
            .Append(tenant.FindUser(name)).Where(user => user >= 0);

    private static IEnumerable<CloudPcRow> At(Tenant tenant, GraphRequest request, IEnumerable<int> indexes)
    {
        foreach (int index in indexes)
        {
            if (CloudPcRow.At(tenant, request, index) is { } row)
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<ActionRow> ActionsOf(CloudPcRow row) => Enumerable.Range(0, row.CloudPc.Actions.Count).Select(position => new ActionRow(row, position));

    // B363
    private static GraphResponse LaunchDetail(GraphRequest request, CloudPcRow row) => Launch(request, row, "cloudPcLaunchDetail", "windows365SwitchCompatibilityFailureReasonType");

    private static GraphResponse LaunchInfo(GraphRequest request, CloudPcRow row) => Launch(request, row, "cloudPCLaunchInfo", "windows365SwitchNotCompatibleReason");

    private static GraphResponse Launch(GraphRequest request, CloudPcRow row, string type, string reason)
    {
        if (!row.CloudPc.LetsIn)
        {
            string state = row.CloudPc.IsUsable ? "under review" : row.CloudPc.Status.ToName();
            return GraphResponse.Error(request, new Refusal(RefusalCode.CloudPcNotReady) { Subject = row.CloudPc.Id, Name = state }.ToError());
        }

        return GraphResponse.Json(200, (request, row, type, reason), static (json, s) =>
        {
            bool compatible = s.row.OperatingSystem == "windows11";
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#microsoft.graph.{s.type}");
            }

            json.WriteString("cloudPcId"u8, s.row.CloudPc.Id);
            json.WriteString("cloudPcLaunchUrl"u8, $"{s.request.BaseUrl}/berth/v1/sessions?cloudPcId={s.row.CloudPc.Id}");
            json.WriteBoolean("windows365SwitchCompatible"u8, compatible);
            json.WriteString(s.reason, compatible ? null : "osVersionNotSupported");
            json.WriteEndObject();
        });
    }

    // B369: what only a Frontline Cloud PC can tell (protocol 3.1).
    private static IEnumerable<Route> ForFrontline(string name, string property, Func<CloudPcRow, string> value) =>
        Function(name, RouteVersions.Beta, (request, row) => row.Plan.Kind == CloudPcKind.Frontline
            ? GraphResponse.Json(200, (property, Value: value(row)), static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteString(s.property, s.Value);
                json.WriteEndObject();
            })
            : GraphResponse.Error(request, new Refusal(RefusalCode.OperationNotSupported)
            {
                Subject = row.CloudPc.Id,
                Detail = $"it is a Cloud PC of the kind {row.Plan.Kind}, and only Frontline Cloud PCs are started, stopped and shared.",
            }.ToError()));

    private static GraphResponse SupportedActions(GraphRequest request, CloudPcRow row) => GraphResponse.Json(200, (request, row), static (json, s) =>
    {
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.cloudPcRemoteActionCapability)");
        }

        json.WriteStartArray("value"u8);
        foreach ((string name, bool enabled) in SupportedActions(s.row))
        {
            json.WriteStartObject();
            json.WriteString("actionName"u8, name);
            json.WriteString("actionCapability"u8, enabled ? "enabled" : "disabled");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    // What a command would not refuse for the kind or the status of the Cloud PC (C55, C61, B278, B279).
    private static IEnumerable<(string Name, bool Enabled)> SupportedActions(CloudPcRow row)
    {
        CloudPcStatus status = row.CloudPc.Status;
        bool enterprise = row.Plan.Kind == CloudPcKind.Enterprise;
        yield return ("Restart", row.CloudPc.IsUsable);
        yield return ("Rename", row.IsMade);
        yield return ("Resize", enterprise && status == CloudPcStatus.Provisioned);
        yield return ("Restore", status == CloudPcStatus.Provisioned);
        yield return ("Reprovision", status is CloudPcStatus.Failed or CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings);
        yield return ("ChangeUserAccountType", row.CloudPc.IsUsable);
        yield return ("Troubleshoot", row.CloudPc.IsUsable);
        yield return ("CreateSnapshot", row.CloudPc.IsUsable);
        bool frontline = row.Plan.Kind == CloudPcKind.Frontline;
        yield return ("PowerOn", frontline && row.CloudPc.LetsIn);
        yield return ("PowerOff", frontline && row.CloudPc.LetsIn);
        yield return ("PlaceUnderReview", row.CloudPc.IsUsable);
    }

    private static Handling Provisioned(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        int group = Submitting.FindGroup(tenant, keys[0]);
        if (group < 0)
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
        }

        if (!Guid.TryParse(keys[1], out Guid id) || !tenant.Catalog.TryGetPlan(id, out ServicePlan? plan))
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys[1]));
        }

        return For(request).Page(request, (_, after) => (
            At(tenant, request, tenant.Groups[group].Members.SelectMany(user => tenant.Fleet.OfUser(user)).Where(index => index > after).Order())
                .Where(row => row.CloudPc.Plan == plan.Index && row.CloudPc.ProvisionedAt is not null),
            null));
    }

    private static Handling CountByStatus(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        SortedDictionary<CloudPcStatus, int> counts = [];
        foreach (CloudPcRow row in At(tenant, request, Enumerable.Range(0, tenant.Fleet.CloudPcs.Count)))
        {
            counts[row.CloudPc.Status] = counts.GetValueOrDefault(row.CloudPc.Status) + 1;
        }

        return GraphResponse.Json(200, (request, counts), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.cloudPcStatusSummary)");
            }

            json.WriteStartArray("value"u8);
            foreach ((CloudPcStatus status, int count) in s.counts)
            {
                json.WriteStartObject();
                json.WriteString("status"u8, status.ToName());
                json.WriteNumber("count"u8, count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Handling ValidateResize(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "CloudPC",
        static (read, body) =>
        {
            (List<string> Ids, Guid Target) wanted = ([], Guid.Empty);
            bool target = false, ids = false;
            foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
            {
                switch (name.ToLowerInvariant())
                {
                    case "cloudpcids":
                        ids = true;
                        wanted.Ids.AddRange(read.Items(value, name).Select(item => read.Required(item, name, GraphLimits.NameCharacters)));
                        break;
                    case "targetserviceplanid":
                        target = true;
                        wanted.Target = read.Id(value, name);
                        break;
                    default:
                        read.FailUnknown(name);
                        break;
                }
            }

            if (!ids || wanted.Ids.Count > MostValidated)
            {
                read.FailValue("cloudPcIds", $"It must be a list of at most {MostValidated} ids.");
            }

            if (!target)
            {
                read.FailMissing("targetServicePlanId");
            }

            return wanted;
        },
        wanted => Validation(tenant, request, wanted.Ids, wanted.Target));

    private static GraphResponse Validation(Tenant tenant, GraphRequest request, List<string> ids, Guid target)
    {
        ResizeFacts facts = ResizeFacts.Of(tenant);
        (string Id, string Result)[] results =
        [
            .. ids.Select(id => (id, CloudPcRow.Find(tenant, request, id) is { } row ? ResultOf(ResizeCheck.Of(facts, row.CloudPc, target)) : "cloudPcNotFound")),
        ];
        return GraphResponse.Json(200, (request, results), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.cloudPcResizeValidationResult)");
            }

            json.WriteStartArray("value"u8);
            foreach ((string id, string result) in s.results)
            {
                json.WriteStartObject();
                json.WriteString("cloudPcId"u8, id);
                json.WriteString("validationResult"u8, result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    // B360: Graph has no code for a missing license.
    private static string ResultOf(ResizeWay way) => way is not ResizeWay.Refused refused ? "success"
        : refused.Refusal.Code switch
        {
            RefusalCode.OperationNotSupported => "operationNotSupported",
            RefusalCode.TargetLicenseHasAssigned => "targetLicenseHasAssigned",
            _ => "operationConflict",
        };
}
