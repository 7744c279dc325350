using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>What Cloud PCs without a policy are made with (B376): <c>organizationSettings</c>, in beta; a tenant has them once.</summary>
internal static class OrganizationSettingsRoutes
{
    private const string Name = "CloudPcOrganizationSettings";

    private const string Path = CloudPcAccess.Root + "/organizationSettings";

    private static readonly Dictionary<string, bool> Systems = new(StringComparer.OrdinalIgnoreCase) { ["windows11"] = false, ["windows10"] = true };

    private static readonly Shape<SettingsRow> Windows = new("cloudPcWindowsSettings", new TextProperty<SettingsRow>("language", static row => row.Settings.Locale));

    /// <summary>How they are answered.</summary>
    public static Resource<SettingsRow> Settings { get; } = new(
        Shape<SettingsRow>.Entity(
            "cloudPcOrganizationSettings",
            [
                new ObjectIdProperty<SettingsRow>("id", static row => IdsByName.Of(row.Tenant.Profile.Id, "organizationSettings")) { IsDefault = true },
                new FlagProperty<SettingsRow>("enableMEMAutoEnroll", static row => row.Settings.AutoEnrolls) { IsDefault = true },
                new FlagProperty<SettingsRow>("enableSingleSignOn", static row => row.Settings.SingleSignOn) { IsDefault = true },
                new TextProperty<SettingsRow>("osVersion", static row => row.Settings.IsWindows10 ? "windows10" : "windows11") { IsDefault = true },
                new TextProperty<SettingsRow>("userAccountType", static row => row.Settings.IsAdministrator ? "administrator" : "standardUser") { IsDefault = true },
                new PartProperty<SettingsRow, SettingsRow>("windowsSettings", Windows, static row => row, static _ => true) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/organizationSettings");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Settings.One(request, new SettingsRow(tenant))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Patch, Path, CloudPcAccess.Write, static (tenant, request, _) => request.Reading(
            Name,
            (read, body) => Read(read, body, tenant.Fleet.Organization),
            settings => request.Submit(
                "", new Command.UpdateOrganizationSettings(settings) { Basis = tenant.Fleet.Organization }, static _ => GraphResponse.Empty()))) { Versions = RouteVersions.Beta },
    ];

    private static OrganizationSettings Read(BodyReader read, JsonElement body, OrganizationSettings settings)
    {
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToLowerInvariant())
            {
                case "enablememautoenroll":
                    settings = settings with { AutoEnrolls = read.Flag(value, name) };
                    break;
                case "enablesinglesignon":
                    settings = settings with { SingleSignOn = read.Flag(value, name) };
                    break;
                case "osversion":
                    settings = settings with { IsWindows10 = read.OneOf(value, name, Systems) };
                    break;
                case "useraccounttype":
                    settings = settings with { IsAdministrator = CloudPcActions.IsAdministrator(read, value, name) };
                    break;
                case "windowssettings":
                    settings = ReadWindows(read, value, name, settings);
                    break;
                case "id":
                    read.FailUnknown(name, "It is read-only.");
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return settings;
    }

    private static OrganizationSettings ReadWindows(BodyReader read, JsonElement element, string property, OrganizationSettings settings)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return settings with { Locale = OrganizationSettings.Default.Locale };
        }

        foreach ((string name, JsonElement value) in read.Properties(element, property))
        {
            if (name.Equals("language", StringComparison.OrdinalIgnoreCase))
            {
                settings = settings with { Locale = read.Required(value, name, ProvisioningPolicy.LongestLocale) };
            }
            else
            {
                read.FailUnknown(name);
            }
        }

        return settings;
    }

    /// <summary>The settings on the wire.</summary>
    internal readonly record struct SettingsRow(Tenant Tenant) : IRow
    {
        /// <inheritdoc/>
        public int Position => 0;

        /// <summary>The settings.</summary>
        public OrganizationSettings Settings => Tenant.Fleet.Organization;
    }
}
