using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>What can be done to a Cloud PC (protocol 3.1): for administrators, and where Graph has it under the path of its user.</summary>
internal static class CloudPcActions
{
    private const string Resource = "CloudPC";

    private static readonly Dictionary<string, bool> OperatingSystems = new(StringComparer.OrdinalIgnoreCase) { ["windows10"] = true, ["windows11"] = true };

    private static readonly Dictionary<string, bool> AccountTypes = new(StringComparer.OrdinalIgnoreCase) { ["standardUser"] = false, ["administrator"] = true };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        .. Plain("endGracePeriod", RouteVersions.Graph, static id => new Command.EndGracePeriod(id)),
        .. Plain("reboot", RouteVersions.Graph, static id => new Command.RestartCloudPc(id)),
        .. Plain("troubleshoot", RouteVersions.Graph, static id => new Command.TroubleshootCloudPc(id)),
        ForAdministrators("provision", RouteBody.None, static (request, id) => Submit(request, new Command.ProvisionReserve(id))),
        ForAdministrators("deprovision", RouteBody.None, static (request, id) => Submit(request, new Command.DeprovisionReserve(id))),
        ForAdministrators("createSnapshot", RouteBody.None, static (request, id) => Submit(request, new Command.SnapshotCloudPc(id))),
        .. Action("rename", RouteVersions.Graph, RouteBody.Json, Rename),
        .. OrByOneself("reprovision", Reprovision),
        .. Action("resize", RouteVersions.Graph, RouteBody.Json, static (request, id) => WithId(request, "targetServicePlanId", plan => new Command.ResizeCloudPc(id, plan))),
        .. OrByOneself("restore", static (request, id) => WithId(
            request, "cloudPcSnapshotId", snapshot => new Command.RestoreCloudPc(id, snapshot) { IsSelfService = IsSelfService(request) })),
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}/retryPartnerAgentInstallation", CloudPcAccess.Write, RetryAgents)
        {
            Versions = RouteVersions.Beta,
            Body = RouteBody.None,
        },
        ForAdministrators("changeUserAccountType", RouteBody.Json, ChangeAccountType),
        .. Plain("start", RouteVersions.Beta, static id => new Command.PowerOnCloudPc(id)),
        .. Plain("stop", RouteVersions.Beta, static id => new Command.PowerOffCloudPc(id)),
        ForAdministrators("powerOn", RouteBody.None, static (request, id) => Submit(request, new Command.PowerOnCloudPc(id))),
        ForAdministrators("powerOff", RouteBody.None, static (request, id) => Submit(request, new Command.PowerOffCloudPc(id))),
    ];

    /// <summary>Whether the user of a Cloud PC is an administrator of it, by Graph's names.</summary>
    public static bool IsAdministrator(BodyReader read, JsonElement value, string name) => read.OneOf(value, name, AccountTypes);

    /// <summary>The operating system of a reprovision is checked and says nothing: the image is the policy's (B362).</summary>
    public static void CheckOperatingSystem(BodyReader read, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Null)
        {
            read.OneOf(value, name, OperatingSystems);
        }
    }

    private static IEnumerable<Route> Plain(string name, RouteVersions versions, Func<Guid, Command> command) =>
        Action(name, versions, RouteBody.None, (request, id) => Submit(request, command(id)));

    private static IEnumerable<Route> Action(string name, RouteVersions versions, RouteBody body, Func<GraphRequest, Guid, Handling> act) =>
    [
        ForAdministrators(name, body, act) with { Versions = versions },
        new(GraphMethod.Post, $"/users/{{user}}/cloudPCs/{{cloudPC}}/{name}", CloudPcAccess.Write, (tenant, request, keys) => OfUser(tenant, request, keys, act))
        {
            Versions = versions,
            Body = body,
        },
    ];

    // B372: what the user's setting may allow the user alone.
    private static IEnumerable<Route> OrByOneself(string name, Func<GraphRequest, Guid, Handling> act) =>
        Action(name, RouteVersions.Graph, RouteBody.Json, act)
            .Select(route => route.Template.StartsWith("/users", StringComparison.Ordinal) ? route with { Access = route.Access.OrOneself() } : route);

    private static bool IsSelfService(GraphRequest request) => !CloudPcAccess.Write.Allows(request.Caller.Permissions);

    // B378: Berth installs no agents of partners, so that none can have failed.
    private static Handling RetryAgents(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        CloudPcReads.About(tenant, request, keys, 1, static _ => GraphResponse.Empty());

    private static Route ForAdministrators(string name, RouteBody body, Func<GraphRequest, Guid, Handling> act) =>
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}/{name}", CloudPcAccess.Write, (_, request, keys) =>
            Guid.TryParse(keys[0], out Guid id) ? act(request, id) : GraphResponse.Error(request, GraphError.NotFound(keys[0])))
        {
            Versions = RouteVersions.Beta,
            Body = body,
        };

    // A Cloud PC that is not there is for the command to refuse: a request that is sent again finds the answer of the first, whatever became of the Cloud PC.
    private static Handling OfUser(Tenant tenant, GraphRequest request, RouteKeys keys, Func<GraphRequest, Guid, Handling> act)
    {
        int user = Submitting.FindUser(tenant, keys[0]);
        if (user < 0)
        {
            return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
        }

        bool isId = Guid.TryParse(keys[1], out Guid id);
        int index = isId ? tenant.Fleet.FindCloudPc(id) : -1;
        return isId && (index < 0 || tenant.Fleet.CloudPcs[index]!.User == user) ? act(request, id) : GraphResponse.Error(request, GraphError.NotFound(keys[1]));
    }

    private static Handling.Wanted Submit(GraphRequest request, Command command) =>
        request.Submit("", command, accepted => accepted.Remaining is { } refused ? GraphResponse.Error(request, refused.ToError()) : GraphResponse.Empty());

    private static Handling Rename(GraphRequest request, Guid id) => request.Reading(
        Resource,
        static (read, body) =>
        {
            string? name = null;
            foreach ((string property, JsonElement value) in read.Properties(body, "the body"))
            {
                if (property.Equals("displayName", StringComparison.OrdinalIgnoreCase))
                {
                    name = read.Required(value, property, CloudPc.LongestDisplayName);
                }
                else
                {
                    read.FailUnknown(property);
                }
            }

            if (name is null)
            {
                read.FailMissing("displayName");
            }

            return name;
        },
        name => Submit(request, new Command.RenameCloudPc(id, name!)));

    // The user's own path has no body (protocol 3.1).
    private static Handling Reprovision(GraphRequest request, Guid id) => request.Body.IsEmpty
        ? Submit(request, new Command.Reprovision(id, null) { IsSelfService = IsSelfService(request) })
        : request.Reading(
            Resource,
            (read, body) =>
            {
                bool? administrator = null;
                foreach ((string property, JsonElement value) in read.Properties(body, "the body"))
                {
                    switch (property.ToLowerInvariant())
                    {
                        case "osversion":
                            CheckOperatingSystem(read, value, property);
                            break;
                        case "useraccounttype" when IsSelfService(request):
                            read.FailUnknown(property, "Only an administrator chooses it.");
                            break;
                        case "useraccounttype":
                            administrator = value.ValueKind == JsonValueKind.Null ? null : IsAdministrator(read, value, property);
                            break;
                        default:
                            read.FailUnknown(property);
                            break;
                    }
                }

                return administrator;
            },
            administrator => Submit(request, new Command.Reprovision(id, administrator) { IsSelfService = IsSelfService(request) }));

    private static Handling ChangeAccountType(GraphRequest request, Guid id) => request.Reading(
        Resource,
        static (read, body) =>
        {
            bool? administrator = null;
            foreach ((string property, JsonElement value) in read.Properties(body, "the body"))
            {
                if (property.Equals("userAccountType", StringComparison.OrdinalIgnoreCase))
                {
                    administrator = IsAdministrator(read, value, property);
                }
                else
                {
                    read.FailUnknown(property);
                }
            }

            if (administrator is null)
            {
                read.FailMissing("userAccountType");
            }

            return administrator;
        },
        administrator => Submit(request, new Command.ChangeUserAccountType(id, administrator == true)));

    private static Handling WithId(GraphRequest request, string name, Func<Guid, Command> command) => request.Reading(
        Resource,
        (read, body) =>
        {
            Guid? id = null;
            foreach ((string property, JsonElement value) in read.Properties(body, "the body"))
            {
                if (property.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    id = read.Id(value, property);
                }
                else
                {
                    read.FailUnknown(property);
                }
            }

            if (id is null)
            {
                read.FailMissing(name);
            }

            return id;
        },
        id => Submit(request, command(id!.Value)));
}
