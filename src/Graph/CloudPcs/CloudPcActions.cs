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

    /// <summary>Who may (C257).</summary>
    public static RouteAccess Write { get; } = RouteAccess.AnyOf("CloudPC.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        .. Plain("endGracePeriod", RouteVersions.Graph, static id => new Command.EndGracePeriod(id)),
        .. Plain("reboot", RouteVersions.Graph, static id => new Command.RestartCloudPc(id)),
        .. Plain("troubleshoot", RouteVersions.Graph, static id => new Command.TroubleshootCloudPc(id)),
        ForAdministrators("createSnapshot", RouteBody.None, static (request, row) => Submit(request, row, new Command.SnapshotCloudPc(row.CloudPc.Id))),
        .. Action("rename", RouteVersions.Graph, RouteBody.Json, Rename),
        .. Action("reprovision", RouteVersions.Graph, RouteBody.Json, Reprovision),
        .. Action("resize", RouteVersions.Graph, RouteBody.Json, static (request, row) => WithId(request, row, "targetServicePlanId", (id, plan) => new Command.ResizeCloudPc(id, plan))),
        .. Action("restore", RouteVersions.Graph, RouteBody.Json, static (request, row) => WithId(request, row, "cloudPcSnapshotId", (id, snapshot) => new Command.RestoreCloudPc(id, snapshot))),
        ForAdministrators("changeUserAccountType", RouteBody.Json, ChangeAccountType),
        .. Action("start", RouteVersions.Beta, RouteBody.None, OnlyFrontline),
        .. Action("stop", RouteVersions.Beta, RouteBody.None, OnlyFrontline),
        ForAdministrators("powerOn", RouteBody.None, OnlyFrontline),
        ForAdministrators("powerOff", RouteBody.None, OnlyFrontline),
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
        Action(name, versions, RouteBody.None, (request, row) => Submit(request, row, command(row.CloudPc.Id)));

    private static IEnumerable<Route> Action(string name, RouteVersions versions, RouteBody body, Func<GraphRequest, CloudPcRow, Handling> act) =>
    [
        ForAdministrators(name, body, act) with { Versions = versions },
        new(GraphMethod.Post, $"/users/{{user}}/cloudPCs/{{cloudPC}}/{name}", Write, (tenant, request, keys) => CloudPcReads.About(tenant, request, keys, 2, row => act(request, row)))
        {
            Versions = versions,
            Body = body,
        },
    ];

    private static Route ForAdministrators(string name, RouteBody body, Func<GraphRequest, CloudPcRow, Handling> act) =>
        new(GraphMethod.Post, $"{CloudPcReads.Root}/cloudPCs/{{cloudPC}}/{name}", Write, (tenant, request, keys) => CloudPcReads.About(tenant, request, keys, 1, row => act(request, row)))
        {
            Versions = RouteVersions.Beta,
            Body = body,
        };

    private static Handling.Wanted Submit(GraphRequest request, CloudPcRow row, Command command) =>
        request.Submit(row.CloudPc.Id.ToString(), command, static _ => GraphResponse.Empty());

    private static Handling Rename(GraphRequest request, CloudPcRow row) => request.Reading(
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
        name => Submit(request, row, new Command.RenameCloudPc(row.CloudPc.Id, name!)));

    // The user's own path has no body (protocol 3.1).
    private static Handling Reprovision(GraphRequest request, CloudPcRow row) => request.Body.IsEmpty
        ? Submit(request, row, new Command.Reprovision(row.CloudPc.Id, null))
        : request.Reading(
            Resource,
            static (read, body) =>
            {
                bool? administrator = null;
                foreach ((string property, JsonElement value) in read.Properties(body, "the body"))
                {
                    switch (property.ToLowerInvariant())
                    {
                        case "osversion":
                            CheckOperatingSystem(read, value, property);
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
            administrator => Submit(request, row, new Command.Reprovision(row.CloudPc.Id, administrator)));

    private static Handling ChangeAccountType(GraphRequest request, CloudPcRow row) => request.Reading(
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
        administrator => Submit(request, row, new Command.ChangeUserAccountType(row.CloudPc.Id, administrator == true)));

    private static Handling WithId(GraphRequest request, CloudPcRow row, string name, Func<Guid, Guid, Command> command) => request.Reading(
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
        id => Submit(request, row, command(row.CloudPc.Id, id!.Value)));

    private static Handling OnlyFrontline(GraphRequest request, CloudPcRow row) => GraphResponse.Error(request, CloudPcReads.NotFrontline(row).ToError());
}
