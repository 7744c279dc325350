using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.CloudApps;

/// <summary><c>/deviceManagement/virtualEndpoint/cloudApps</c> (C125, B468 to B477). In v1.0 there is nothing of it.</summary>
internal static class CloudAppRoutes
{
    private const string Path = CloudPcAccess.Root + "/cloudApps";
    private const string Name = "cloudPcCloudApp";

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        Beta(GraphMethod.Get, Path, static (tenant, request, _) => CloudAppShapes.Apps.Page(request, (_, after) => (Rows(tenant, request).Where(row => row.Position > after), tenant.CloudApps.Apps.Count))),
        Beta(GraphMethod.Get, Path + "/$count", static (tenant, request, _) => CloudAppShapes.Apps.Count(request, (_, _) => (Rows(tenant, request), tenant.CloudApps.Apps.Count))),
        Beta(GraphMethod.Get, Path + "/retrieveDiscoveredApps(sourceId={source},provisioningPolicyId={policy})", Discovered),
        Beta(GraphMethod.Get, Path + "/{cloudApp}", static (tenant, request, keys) => CloudAppRow.Find(tenant, request, keys.First) is { } row
            ? CloudAppShapes.Apps.One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))),
        Beta(GraphMethod.Post, Path, Create),
        Beta(GraphMethod.Patch, Path + "/{cloudApp}", static (_, request, keys) => WithKey(request, keys, id => request.Reading(
            Name,
            (read, body) => CloudAppBody.Update(read, body, id),
            update => request.Submit(keys.First, update, static _ => GraphResponse.Empty())))),
        Beta(GraphMethod.Delete, Path + "/{cloudApp}", static (_, request, keys) =>
            WithKey(request, keys, id => request.Submit(keys.First, new Command.DeleteCloudApp(id), static _ => GraphResponse.Empty()))),
        Beta(GraphMethod.Post, Path + "/publish", static (_, request, _) => Many(request, static ids => new Command.PublishCloudApps(ids))),
        Beta(GraphMethod.Post, Path + "/unpublish", static (_, request, _) => Many(request, static ids => new Command.UnpublishCloudApps(ids))),
        Beta(GraphMethod.Post, Path + "/reset", static (_, request, _) => Many(request, static ids => new Command.ResetCloudApps(ids))),
    ];

    private static Route Beta(GraphMethod method, string template, RouteHandler handler) =>
        new(method, template, method == GraphMethod.Get ? CloudPcAccess.Read : CloudPcAccess.Write, handler) { Versions = RouteVersions.Beta };

    private static IEnumerable<CloudAppRow> Rows(Tenant tenant, GraphRequest request) =>
        tenant.CloudApps.Apps.Select(one => new CloudAppRow(tenant, one.Key, one.Value, !request.WithoutMetadata));

    private static Handling WithKey(GraphRequest request, RouteKeys keys, Func<Guid, Handling> then) =>
        Guid.TryParseExact(keys.First, "D", out Guid id) ? then(id) : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Name,
        CloudAppBody.Create,
        create => request.Submit($"{create.PolicyId}", create, accepted => CloudAppShapes.Apps.Written(
            request,
            CloudAppRow.Find(accepted.Next, request, $"{create.Id}")!.Value,
            201,
            new ResponseHeaders { Location = $"{request.ServiceRoot}{Path}/{create.Id}" })));

    private static Handling Many(GraphRequest request, Func<ValueArray<Guid>, Command> command) =>
        request.Reading(Name, CloudAppBody.Ids, ids => request.Submit("", command(ids), static _ => GraphResponse.Empty(202)));

    // B469: an image of the gallery by its id, or a device image.
    private static Handling Discovered(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string policyKey = Aliased(request, keys.Second);
        int policy = Guid.TryParse(policyKey, out Guid id) ? tenant.Fleet.FindPolicy(id) : -1;
        if (policy < 0 || tenant.Fleet.Policies[policy].UserExperienceType != UserExperienceType.CloudApp)
        {
            return GraphResponse.Error(request, GraphError.NotFound(policyKey));
        }

        string source = Aliased(request, keys.First);
        GalleryImage? image = GalleryImages.Find(source);
        if (image is null && !(Guid.TryParse(source, out Guid device) && tenant.Fleet.DeviceImages.ContainsKey(device)))
        {
            return GraphResponse.Error(request, GraphError.NotFound(source));
        }

        DiscoveredAppRow[] rows = [.. ImageApps.Of(image).Select(app => new DiscoveredAppRow(IdsByName.Of(tenant.Profile.Id, $"image/{source.ToLowerInvariant()}"), source, app))];
        return GraphResponse.Json(200, (rows, request), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#Collection(microsoft.graph.cloudPcDiscoveredApp)");
            }

            json.WriteStartArray("value"u8);
            foreach (DiscoveredAppRow row in s.rows)
            {
                json.WriteStartObject();
                Shape<DiscoveredAppRow>.Write(json, row, CloudAppShapes.OfImage.Default);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    // provisioningPolicyId=@p with the value in the query: with the sign before its name, as OData has it, or without, as the generated clients send it.
    private static string Aliased(GraphRequest request, string value)
    {
        if (!value.StartsWith('@'))
        {
            return value;
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues given) in QueryHelpers.ParseQuery(request.Query))
        {
            if (name == value || name == value[1..])
            {
                return given.ToString().Trim('\'');
            }
        }

        return value;
    }
}
