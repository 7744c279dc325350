using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>One action for many Cloud PCs (C60, C182): <c>bulkActions</c>, in beta. How far each is follows from the Cloud PCs themselves.</summary>
internal static class BulkActionRoutes
{
    private const string Name = "CloudPcBulkAction";

    private const string Namespace = "microsoft.graph.";

    private static readonly Dictionary<string, BulkKind> Kinds = new BulkKind[]
    {
        new("cloudPcBulkReprovision", "Reprovision"),
        new("cloudPcBulkResize", "Resize"),
        new("cloudPcBulkRestart", "Reboot"),
        new("cloudPcBulkRestore", "Restore"),
        new("cloudPcBulkTroubleshoot", "Troubleshoot"),
        new("cloudPcBulkCreateSnapshot", "CreateSnapshot"),
        new("cloudPcBulkPowerOn", "PowerOn"),
        new("cloudPcBulkPowerOff", "PowerOff"),
        new("cloudPcBulkSetReviewStatus", "PlaceUnderReview"),
    }.ToDictionary(kind => kind.Type, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, RestoreRange> Ranges = new(StringComparer.OrdinalIgnoreCase)
    {
        ["before"] = RestoreRange.Before,
        ["after"] = RestoreRange.After,
        ["beforeOrAfter"] = RestoreRange.Nearest,
    };

    private static readonly Shape<BulkSummary> Summary = new(
        "cloudPcBulkActionSummary",
        new NumberProperty<BulkSummary>("failedCount", static summary => summary.Failed),
        new NumberProperty<BulkSummary>("inProgressCount", static summary => summary.Active),
        new NumberProperty<BulkSummary>("notSupportedCount", static summary => summary.NotSupported),
        new NumberProperty<BulkSummary>("pendingCount", static summary => summary.Pending),
        new NumberProperty<BulkSummary>("successfulCount", static summary => summary.Successful));

    private static readonly Resource<BulkRow> Actions = new(
        Shape<BulkRow>.Entity(
            "cloudPcBulkAction",
            [
                new ObjectIdProperty<BulkRow>("id", static row => row.Action.Id) { IsDefault = true },
                new TextProperty<BulkRow>("displayName", static row => row.Action.DisplayName) { IsDefault = true },
                new ValuesProperty<BulkRow, string>(
                    "cloudPcIds", static row => row.Action.Items.Select(item => item.CloudPcId.ToString()), new Operand<string>.Text(static id => id)) { IsDefault = true },
                new TimeProperty<BulkRow>("createdDateTime", static row => row.Action.CreatedAt) { IsDefault = true },
                new TextProperty<BulkRow>("initiatedByUserPrincipalName", static row => row.Action.StartedBy) { IsDefault = true },
                new FlagProperty<BulkRow>("scheduledDuringMaintenanceWindow", static _ => false) { IsDefault = true },
                new TextProperty<BulkRow>("status", static row => row.Summary.Status) { IsDefault = true },
                new PartProperty<BulkRow, BulkSummary>("actionSummary", Summary, static row => row.Summary, static _ => true) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/bulkActions")
    {
        TypeOf = static row => $"#{Namespace}{row.Action.Kind}",
    };

    /// <summary>The name of the action that each Cloud PC of a bulk action remembers; null for a kind that is not offered.</summary>
    public static string? ActionOf(string kind) => Kinds.GetValueOrDefault(kind)?.Action;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/bulkActions", CloudPcAccess.Read, static (tenant, request, _) =>
            Actions.Page(request, (_, after) => (Rows(tenant).Skip(after + 1), tenant.Fleet.BulkActions.Count))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/bulkActions/$count", CloudPcAccess.Read, static (tenant, request, _) =>
            Actions.Count(request, (_, _) => (Rows(tenant), tenant.Fleet.BulkActions.Count))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/bulkActions/{{bulkAction}}", CloudPcAccess.Read, static (tenant, request, keys) =>
            Guid.TryParse(keys[0], out Guid id) && tenant.Fleet.BulkActions.TryGetValue(id, out BulkAction? action)
                ? Actions.One(request, new BulkRow(tenant, 0, action))
                : GraphResponse.Error(request, GraphError.NotFound(keys[0]))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/bulkActions", CloudPcAccess.Write, Start) { Versions = RouteVersions.Beta },
    ];

    private enum RestoreRange
    {
        Before,
        After,
        Nearest,
    }

    private static IEnumerable<BulkRow> Rows(Tenant tenant) => tenant.Fleet.BulkActions.Values.Select((action, position) => new BulkRow(tenant, position, action));

    private static Handling Start(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Name,
        ReadWanted,
        wanted =>
        {
            Guid id = Guid.NewGuid();
            DateTimeOffset now = tenant.Now(request.ReceivedAt);
            ValueArray<Command> commands = wanted.CloudPcIds.Select(cloudPc => CommandFor(tenant, request, wanted, cloudPc, now)).ToValueArray();
            string by = request.Caller.User?.UserPrincipalName ?? request.Caller.DisplayName;
            return request.Submit(
                wanted.DisplayName,
                new Command.StartBulkAction(id, wanted.DisplayName, wanted.Kind!.Type, by, commands),
                accepted => Actions.Written(
                    request,
                    new BulkRow(accepted.Next, 0, accepted.Next.Fleet.BulkActions[id]),
                    201,
                    new ResponseHeaders { Location = $"{request.ServiceRoot}{CloudPcAccess.Root}/bulkActions/{id}" }));
        });

    private static Command CommandFor(Tenant tenant, GraphRequest request, Wanted wanted, Guid cloudPc, DateTimeOffset now) => wanted.Kind!.Action switch
    {
        "Reprovision" => new Command.Reprovision(cloudPc, wanted.Administrator),
        "Resize" => new Command.ResizeCloudPc(cloudPc, wanted.TargetPlan!.Value),
        "Reboot" => new Command.RestartCloudPc(cloudPc),
        "Restore" => new Command.RestoreCloudPc(cloudPc, PointFor(CloudPcRow.At(tenant, request, tenant.Fleet.FindCloudPc(cloudPc)), wanted, now)),
        "PlaceUnderReview" => new Command.SetReviewStatus(cloudPc, wanted.Review),
        "Troubleshoot" => new Command.TroubleshootCloudPc(cloudPc),
        "PowerOn" => new Command.PowerOnCloudPc(cloudPc),
        "PowerOff" => new Command.PowerOffCloudPc(cloudPc),
        _ => new Command.SnapshotCloudPc(cloudPc),
    };

    // The nearest restore point on the side that is asked for; without one the id of none, which is refused for this Cloud PC alone.
    private static Guid PointFor(CloudPcRow? row, Wanted wanted, DateTimeOffset now)
    {
        DateTimeOffset wish = wanted.RestorePoint!.Value;
        return row is not { } found ? Guid.Empty
            : found.RestorePoints(now)
                .Where(point => wanted.Range == RestoreRange.Nearest || (wanted.Range == RestoreRange.Before ? point.At <= wish : point.At >= wish))
                .OrderBy(point => (point.At - wish).Duration()).FirstOrDefault()?.Id ?? Guid.Empty;
    }

    private static Wanted ReadWanted(BodyReader read, JsonElement body)
    {
        Wanted wanted = new();
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("@odata.type", out JsonElement type))
        {
            string name = (read.Text(type, "@odata.type", GraphLimits.NameCharacters) ?? "").TrimStart('#');
            name = name.StartsWith(Namespace, StringComparison.OrdinalIgnoreCase) ? name[Namespace.Length..] : name;
            wanted = wanted with { Kind = Kinds.GetValueOrDefault(name) };
        }

        if (wanted.Kind is null)
        {
            read.FailValue("@odata.type", $"It must be #{Namespace} and one of {string.Join(", ", Kinds.Keys)}.");
        }

        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            wanted = ReadProperty(read, wanted, name, value);
        }

        if (wanted.DisplayName.Length == 0)
        {
            read.FailMissing("displayName");
        }

        if (wanted.CloudPcIds.Count is 0 or > Command.StartBulkAction.MostCloudPcs)
        {
            read.FailValue("cloudPcIds", $"It must be a list of 1 to {Command.StartBulkAction.MostCloudPcs} ids (C182).");
        }

        if (wanted.Kind?.Action == "Resize" && wanted.TargetPlan is null)
        {
            read.FailMissing("targetServicePlanId");
        }

        if (wanted.Kind?.Action == "PlaceUnderReview" && !wanted.HasReview)
        {
            read.FailMissing("reviewStatus");
        }

        if (wanted.Kind?.Action == "Restore" && wanted.RestorePoint is null)
        {
            read.FailMissing("restorePointDateTime");
        }

        return wanted;
    }

    private static Wanted ReadProperty(BodyReader read, Wanted wanted, string name, JsonElement value)
    {
        switch (name.ToLowerInvariant(), wanted.Kind?.Action)
        {
            case ("displayname", _):
                return wanted with { DisplayName = read.Required(value, name, GraphLimits.NameCharacters) };
            case ("cloudpcids", _):
                return wanted with { CloudPcIds = read.Ids(value, name) };
            case ("scheduledduringmaintenancewindow", _):
                if (read.Flag(value, name))
                {
                    read.FailValue(name, "There are no maintenance windows: a bulk action begins at once.");
                }

                return wanted;
            case ("targetserviceplanid", "Resize"):
                return wanted with { TargetPlan = read.Id(value, name) };
            case ("reviewstatus", "PlaceUnderReview"):
                return wanted with { HasReview = true, Review = ReviewRoutes.Read(read, value, name) };
            case ("restorepointdatetime", "Restore"):
                return wanted with { RestorePoint = read.Instant(value, name) };
            case ("timerange", "Restore"):
                return wanted with { Range = read.OneOf(value, name, Ranges) };
            case ("ignoreunhealthysnapshots", "Restore"):
                read.Flag(value, name);
                return wanted;
            case ("osversion", "Reprovision"):
                CloudPcActions.CheckOperatingSystem(read, value, name);
                return wanted;
            case ("useraccounttype", "Reprovision"):
                return wanted with { Administrator = value.ValueKind == JsonValueKind.Null ? null : CloudPcActions.IsAdministrator(read, value, name) };
            default:
                read.FailUnknown(name);
                return wanted;
        }
    }

    /// <summary>A kind of bulk action.</summary>
    /// <param name="Type">Its derived type.</param>
    /// <param name="Action">The remote action of each Cloud PC.</param>
    private sealed record BulkKind(string Type, string Action);

    /// <summary>What a body asks for.</summary>
    private sealed record Wanted
    {
        public BulkKind? Kind { get; init; }

        public string DisplayName { get; init; } = "";

        public ValueArray<Guid> CloudPcIds { get; init; }

        public Guid? TargetPlan { get; init; }

        public bool? Administrator { get; init; }

        public bool HasReview { get; init; }

        public CloudPcReview? Review { get; init; }

        public DateTimeOffset? RestorePoint { get; init; }

        public RestoreRange Range { get; init; }
    }

    /// <summary>A bulk action on the wire.</summary>
    private readonly record struct BulkRow(Tenant Tenant, int Position, BulkAction Action) : IRow
    {
        public BulkSummary Summary => BulkSummary.Of(Tenant, Action);
    }
}
