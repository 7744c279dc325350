using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>A device image; positions go by the time at which they came.</summary>
internal readonly record struct DeviceImageRow(int Position, DeviceImage Image) : IRow;

/// <summary>Images of the tenant's own: <c>deviceImages</c> (B311).</summary>
internal static class DeviceImageRoutes
{
    private const string Path = CloudPcAccess.Root + "/deviceImages";
    private const string Name = "cloudPcDeviceImage";

    /// <summary>How they are answered.</summary>
    public static Resource<DeviceImageRow> Images { get; } = new(
        Shape<DeviceImageRow>.Entity(
            Name,
            [
                new ObjectIdProperty<DeviceImageRow>("id", static row => row.Image.Id) { IsDefault = true },
                new TextProperty<DeviceImageRow>("displayName", static row => row.Image.DisplayName) { IsDefault = true },
                new TextProperty<DeviceImageRow>("version", static row => row.Image.Version) { IsDefault = true },
                new TextProperty<DeviceImageRow>("sourceImageResourceId", static row => row.Image.SourceImageResourceId) { IsDefault = true },
                new TextProperty<DeviceImageRow>("operatingSystem", static row => Known(row.Image.OperatingSystem)) { IsDefault = true },
                new TextProperty<DeviceImageRow>("osBuildNumber", static row => Known(row.Image.OsBuildNumber)) { IsDefault = true },
                new TextProperty<DeviceImageRow>("osVersionNumber", static _ => null) { IsDefault = true },
                new TextProperty<DeviceImageRow>("osStatus", static _ => "unknown") { IsDefault = true },
                new TextProperty<DeviceImageRow>("status", static _ => "ready") { IsDefault = true },
                new TextProperty<DeviceImageRow>("errorCode", static _ => null) { IsDefault = true },
                new NumberProperty<DeviceImageRow>("sizeInGB", static _ => null) { IsDefault = true },
                new DateProperty<DeviceImageRow>("expirationDate", static _ => null) { IsDefault = true },
                new TimeProperty<DeviceImageRow>("lastModifiedDateTime", static row => row.Image.ModifiedAt) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/deviceImages");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) => Images.Page(request, (_, after) => (Rows(tenant).Skip(after + 1), tenant.Fleet.DeviceImages.Count))),
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) => Images.Count(request, (_, _) => (Rows(tenant), tenant.Fleet.DeviceImages.Count))),
        new(GraphMethod.Get, Path + "/getSourceImages", CloudPcAccess.Read, static (tenant, request, _) => Sources(tenant, request)),
        new(GraphMethod.Get, Path + "/{deviceImage}", CloudPcAccess.Read, static (tenant, request, keys) =>
            Guid.TryParseExact(keys[0], "D", out Guid id) && tenant.Fleet.DeviceImages.TryGetValue(id, out DeviceImage? image)
                ? Images.One(request, new DeviceImageRow(0, image))
                : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        new(GraphMethod.Post, Path, CloudPcAccess.Write, Create),
        new(GraphMethod.Delete, Path + "/{deviceImage}", CloudPcAccess.Write, static (_, request, keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
            ? request.Submit(keys.First, new Command.DeleteDeviceImage(id), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))),
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Name,
        Read,
        image => request.Submit(image.DisplayName, new Command.CreateDeviceImage(image), accepted => Images.Written(
            request,
            new DeviceImageRow(0, accepted.Next.Fleet.DeviceImages[image.Id]),
            201,
            new ResponseHeaders { Location = $"{request.ServiceRoot}{Path}/{image.Id}" })));

    private static DeviceImage Read(BodyReader read, JsonElement body)
    {
        DeviceImage image = new(Guid.NewGuid(), "", "", "", "", "", default);
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "DISPLAYNAME":
                    image = image with { DisplayName = read.Required(value, name, GraphLimits.ListItemCharacters) };
                    break;
                case "VERSION":
                    image = image with { Version = read.Required(value, name, GraphLimits.NameCharacters) };
                    break;
                case "SOURCEIMAGERESOURCEID":
                    image = image with { SourceImageResourceId = read.Required(value, name, ConnectionBody.ResourceIdCharacters) };
                    break;
                case "OPERATINGSYSTEM":
                    image = image with { OperatingSystem = read.Text(value, name, GraphLimits.ListItemCharacters) ?? "" };
                    break;
                case "OSBUILDNUMBER":
                    image = image with { OsBuildNumber = read.Text(value, name, GraphLimits.NameCharacters) ?? "" };
                    break;
                case "ID" or "STATUS" or "OSSTATUS" or "OSVERSIONNUMBER" or "ERRORCODE" or "SIZEINGB" or "EXPIRATIONDATE" or "LASTMODIFIEDDATETIME" or "SCOPEIDS" or "STATUSDETAILS":
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return image;
    }

    // B311: what a host could take is what somebody took already; Berth has no Azure to look into.
    private static GraphResponse Sources(Tenant tenant, GraphRequest request) => GraphResponse.Json(200, (tenant, request), static (json, s) =>
    {
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.cloudPcSourceDeviceImage)");
        }

        json.WriteStartArray("value"u8);
        foreach (string source in s.tenant.Fleet.DeviceImages.Values.Select(image => image.SourceImageResourceId)
            .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            string[] parts = source.Split('/');
            json.WriteStartObject();
            json.WriteString("resourceId"u8, source);
            json.WriteString("displayName"u8, parts[^1]);
            json.WriteString("subscriptionId"u8, parts[2]);
            json.WriteNull("subscriptionDisplayName"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string? Known(string text) => text.Length == 0 ? null : text;

    private static IEnumerable<DeviceImageRow> Rows(Tenant tenant) => tenant.Fleet.DeviceImages.Values
        .OrderBy(image => image.ModifiedAt).ThenBy(image => image.Id)
        .Select((image, position) => new DeviceImageRow(position, image));
}
