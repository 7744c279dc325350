using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Errors;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>User settings (C27): read, made, changed, deleted and assigned to groups.</summary>
internal static class UserSettingRoutes
{
    private const string Name = "CloudPcUserSetting";

    private static readonly (string Name, int Hours)[] Frequencies =
        [("default", 0), ("fourHours", 4), ("sixHours", 6), ("twelveHours", 12), ("sixteenHours", 16), ("twentyFourHours", 24)];

    private static readonly Dictionary<string, int> HoursOf = Frequencies.ToDictionary(one => one.Name, one => one.Hours, StringComparer.OrdinalIgnoreCase);

    private static readonly Shape<SettingRow> RestorePoint = new(
        "cloudPcRestorePointSetting",
        new TextProperty<SettingRow>("frequencyType", static row => Array.Find(Frequencies, one => one.Hours == row.Setting.RestoreHours).Name),
        new FlagProperty<SettingRow>("userRestoreEnabled", static row => row.Setting.UserRestore));

    private static readonly Shape<AssignmentRow> Target = new(
        "cloudPcManagementAssignmentTarget",
        new TextProperty<AssignmentRow>("groupId", static row => row.GroupId.ToString()),
        new TextProperty<AssignmentRow>("servicePlanId", static _ => null));

    private static readonly Shape<AssignmentRow> Assignment = Shape<AssignmentRow>.Entity(
        "cloudPcUserSettingAssignment",
        [
            new TextProperty<AssignmentRow>("id", static row => row.Id) { IsDefault = true },
            new TimeProperty<AssignmentRow>("createdDateTime", static row => row.CreatedAt) { IsDefault = true },
            new PartProperty<AssignmentRow, AssignmentRow>("target", Target, static row => row, static _ => true)
            {
                IsDefault = true,
                TypeOf = static _ => PolicyShapes.TargetType,
            },
        ]);

    private static readonly Resource<AssignmentRow> Assignments = new(Assignment, "deviceManagement/virtualEndpoint/userSettings/assignments");

    private static readonly Resource<SettingRow> V1 = new(ShapeOf([]), "deviceManagement/virtualEndpoint/userSettings");

    private static readonly Resource<SettingRow> Beta = new(
        ShapeOf(
        [
            new TextProperty<SettingRow>("provisioningSourceType", static _ => "image") { IsDefault = true },
            new FlagProperty<SettingRow>("selfServiceEnabled", static row => row.Setting.Reset) { IsDefault = true },
        ]),
        "deviceManagement/virtualEndpoint/userSettings");

    /// <summary>The type of a setting in beta.</summary>
    public static Microsoft.OData.Edm.IEdmStructuredType Type => Beta.Type;

    /// <summary>The type of an assignment.</summary>
    public static Microsoft.OData.Edm.IEdmStructuredType AssignmentType => Assignments.Type;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings", CloudPcAccess.Read, static (tenant, request, _) =>
            For(request).Page(request, (_, after) => (Rows(tenant).Skip(after + 1), tenant.Fleet.UserSettings.Count))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings/$count", CloudPcAccess.Read, static (tenant, request, _) =>
            For(request).Count(request, (_, after) => (Rows(tenant).Skip(after + 1), tenant.Fleet.UserSettings.Count))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}", CloudPcAccess.Read, static (tenant, request, keys) =>
            Find(tenant, keys[0]) is { } row ? For(request).One(request, row) : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}/assignments", CloudPcAccess.Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } row
            ? Assignments.Page(request, (_, after) => (row.Assignments().Skip(after + 1), null))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}/assignments/$count", CloudPcAccess.Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } row
            ? Assignments.Count(request, (_, _) => (row.Assignments(), row.Setting.Assignments.Count))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}/assignments/{{assignment}}", CloudPcAccess.Read, OneAssignment),
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/userSettings", CloudPcAccess.Write, Create),
        new(GraphMethod.Patch, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}", CloudPcAccess.Write, Change),
        new(GraphMethod.Delete, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}", CloudPcAccess.Write, static (_, request, keys) =>
            WithKey(request, keys[0], static id => new Command.DeleteUserSetting(id))),
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/userSettings/{{userSetting}}/assign", CloudPcAccess.Write, Assign),
    ];

    private static Resource<SettingRow> For(GraphRequest request) => request.Version == GraphVersion.V1 ? V1 : Beta;

    private static Shape<SettingRow> ShapeOf(Property<SettingRow>[] more) => Shape<SettingRow>.Entity(
        "cloudPcUserSetting",
        [
            new ObjectIdProperty<SettingRow>("id", static row => row.Setting.Id) { IsDefault = true },
            new TextProperty<SettingRow>("displayName", static row => row.Setting.DisplayName) { IsDefault = true },
            new TimeProperty<SettingRow>("createdDateTime", static row => row.Setting.CreatedAt) { IsDefault = true },
            new TimeProperty<SettingRow>("lastModifiedDateTime", static row => row.Setting.ModifiedAt) { IsDefault = true },
            new FlagProperty<SettingRow>("localAdminEnabled", static row => row.Setting.LocalAdmin) { IsDefault = true },
            new FlagProperty<SettingRow>("resetEnabled", static row => row.Setting.Reset) { IsDefault = true },
            new PartProperty<SettingRow, SettingRow>("restorePointSetting", RestorePoint, static row => row, static _ => true) { IsDefault = true },
            .. more,
        ],
        new ManyNavigation<SettingRow, AssignmentRow>(
            "assignments", Assignment, static row => row.Assignments(), static _ => "#microsoft.graph.cloudPcUserSettingAssignment"));

    // By id: the order of the dictionary.
    private static IEnumerable<SettingRow> Rows(Tenant tenant) => tenant.Fleet.UserSettings.Values.Select((setting, position) => new SettingRow(tenant, position, setting));

    private static SettingRow? Find(Tenant tenant, string key) =>
        Guid.TryParse(key, out Guid id) && tenant.Fleet.UserSettings.TryGetValue(id, out UserSetting? setting) ? new SettingRow(tenant, 0, setting) : null;

    // A refusal names what is missing itself: the setting or a group.
    private static Handling WithKey(GraphRequest request, string key, Func<Guid, Command> command) => Guid.TryParse(key, out Guid id)
        ? new Handling.Wanted(command(id), decision => decision is Decision.Refused refused ? GraphResponse.Error(request, refused.Refusal.ToError()) : GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(key));

    private static Handling OneAssignment(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        if (Find(tenant, keys[0]) is { } row)
        {
            foreach (AssignmentRow assignment in row.Assignments())
            {
                if (assignment.Id.Equals(keys[1], StringComparison.OrdinalIgnoreCase))
                {
                    return Assignments.One(request, assignment);
                }
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(keys[1]));
    }

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Name,
        (read, body) =>
        {
            UserSetting setting = ReadSetting(read, body, request, new UserSetting(Guid.NewGuid(), "", false, false, 0, false, default, default, []));
            if (setting.DisplayName.Length == 0)
            {
                read.FailMissing("displayName");
            }

            return setting;
        },
        setting => request.Submit(
            setting.DisplayName,
            new Command.CreateUserSetting(setting),
            accepted => Written(accepted.Next, request, setting.Id, 201, new ResponseHeaders { Location = $"{request.ServiceRoot}{CloudPcAccess.Root}/userSettings/{setting.Id}" })));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys) => Find(tenant, keys[0]) is { Setting: var before }
        ? request.Reading(
            Name,
            (read, body) => ReadSetting(read, body, request, before),
            setting => request.Submit(
                before.DisplayName,
                new Command.UpdateUserSetting(setting) { Basis = before },
                accepted => Written(accepted.Next, request, before.Id, 200, default)))
        : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    private static GraphResponse Written(Tenant tenant, GraphRequest request, Guid id, int status, ResponseHeaders headers) =>
        For(request).Written(request, new SettingRow(tenant, 0, tenant.Fleet.UserSettings[id]), status, headers);

    private static UserSetting ReadSetting(BodyReader read, JsonElement body, GraphRequest request, UserSetting setting)
    {
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToLowerInvariant())
            {
                case "displayname":
                    setting = setting with { DisplayName = read.Required(value, name, UserSetting.LongestDisplayName) };
                    break;
                case "localadminenabled":
                    setting = setting with { LocalAdmin = read.Flag(value, name) };
                    break;
                case "resetenabled":
                    setting = setting with { Reset = read.Flag(value, name) };
                    break;
                case "selfserviceenabled" when request.Version == GraphVersion.Beta:
                    // The old name of resetEnabled.
                    setting = setting with { Reset = read.Flag(value, name) };
                    break;
                case "restorepointsetting":
                    setting = ReadRestorePoints(read, value, name, setting);
                    break;
                case "provisioningsourcetype" when request.Version == GraphVersion.Beta:
                    if (value.ValueKind != JsonValueKind.Null && read.Text(value, name, GraphLimits.NameCharacters) != "image")
                    {
                        read.FailValue(name, "Cloud PCs are provisioned from the image of their policy: image.");
                    }

                    break;
                case "id" or "createddatetime" or "lastmodifieddatetime":
                    read.FailUnknown(name, "It is read-only.");
                    break;
                case "assignments":
                    read.FailUnknown(name, "Send them to the action assign.");
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return setting;
    }

    private static UserSetting ReadRestorePoints(BodyReader read, JsonElement element, string property, UserSetting setting)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return setting with { RestoreHours = 0, UserRestore = false };
        }

        foreach ((string name, JsonElement value) in read.Properties(element, property))
        {
            switch (name.ToLowerInvariant())
            {
                case "frequencytype":
                    setting = setting with { RestoreHours = read.OneOf(value, name, HoursOf) };
                    break;
                case "userrestoreenabled":
                    setting = setting with { UserRestore = read.Flag(value, name) };
                    break;
                case "frequencyinhours":
                    // The older form of beta.
                    setting = setting with { RestoreHours = read.Whole(value, name, 4, 24) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return setting;
    }

    private static Handling Assign(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys[0];
        return request.Reading(
            Name,
            static (read, body) =>
            {
                List<Guid> groups = [];
                bool given = false;
                foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
                {
                    if (!name.Equals("assignments", StringComparison.OrdinalIgnoreCase))
                    {
                        read.FailUnknown(name);
                        continue;
                    }

                    given = true;
                    foreach (JsonElement assignment in read.Items(value, name))
                    {
                        groups.Add(ReadAssignment(read, assignment));
                    }
                }

                if (!given)
                {
                    read.FailMissing("assignments");
                }

                return groups.ToValueArray();
            },
            groups => WithKey(request, key, id => new Command.AssignUserSetting(id, groups)));
    }

    // An id that comes along is an echo; the group says which assignment it is.
    private static Guid ReadAssignment(BodyReader read, JsonElement assignment)
    {
        Guid group = Guid.Empty;
        foreach ((string name, JsonElement value) in read.Properties(assignment, "an assignment"))
        {
            if (name.Equals("target", StringComparison.OrdinalIgnoreCase))
            {
                foreach ((string inner, JsonElement part) in read.Properties(value, name))
                {
                    if (inner.Equals("groupId", StringComparison.OrdinalIgnoreCase))
                    {
                        group = read.Id(part, inner);
                    }
                    else if (!inner.Equals("servicePlanId", StringComparison.OrdinalIgnoreCase))
                    {
                        read.FailUnknown(inner);
                    }
                }
            }
            else if (!name.Equals("id", StringComparison.OrdinalIgnoreCase) && !name.Equals("createdDateTime", StringComparison.OrdinalIgnoreCase))
            {
                read.FailUnknown(name);
            }
        }

        if (group == Guid.Empty)
        {
            read.FailMissing("groupId");
        }

        return group;
    }

    /// <summary>A user setting on the wire.</summary>
    private readonly record struct SettingRow(Tenant Tenant, int Position, UserSetting Setting) : IRow
    {
        /// <summary>The groups it is assigned to.</summary>
        public IEnumerable<AssignmentRow> Assignments()
        {
            foreach ((int group, DateTimeOffset at) in Setting.Assignments)
            {
                yield return new AssignmentRow(group, Setting, Tenant.Groups[group].Id, at);
            }
        }
    }

    /// <summary>An assignment to a group.</summary>
    private readonly record struct AssignmentRow(int Position, UserSetting Setting, Guid GroupId, DateTimeOffset CreatedAt) : IRow
    {
        public string Id => $"{Setting.Id}_{GroupId}";
    }
}
