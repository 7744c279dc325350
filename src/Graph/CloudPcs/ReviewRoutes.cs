using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Cloud PCs that an administrator looks into (B373): <c>setReviewStatus</c> and <c>retrieveReviewStatus</c>, in beta.</summary>
internal static class ReviewRoutes
{
    private const string Name = "CloudPcReviewStatus";

    private static readonly Dictionary<string, bool> Levels = new(StringComparer.OrdinalIgnoreCase) { ["unrestricted"] = false, ["restricted"] = true };

    private static readonly Resource<CloudPcRow> Status = new(
        Shape<CloudPcRow>.Entity(
            "cloudPcReviewStatus",
            [
                new FlagProperty<CloudPcRow>("inReview", static row => row.CloudPc.Review is not null) { IsDefault = true },
                new TextProperty<CloudPcRow>("userAccessLevel", static row => row.CloudPc.Review is { IsRestricted: true } ? "restricted" : "unrestricted") { IsDefault = true },
                new TimeProperty<CloudPcRow>("reviewStartDateTime", static row => row.CloudPc.Review?.StartedAt) { IsDefault = true },
                new TimeProperty<CloudPcRow>("restorePointDateTime", static _ => null) { IsDefault = true },
                new TextProperty<CloudPcRow>("subscriptionId", static row => Part(row, 2)) { IsDefault = true },
                new TextProperty<CloudPcRow>("subscriptionName", static _ => null) { IsDefault = true },
                new TextProperty<CloudPcRow>("azureStorageAccountId", static row => row.CloudPc.Review?.StorageAccountId) { IsDefault = true },
                new TextProperty<CloudPcRow>("azureStorageAccountName", static row => Part(row, 8)) { IsDefault = true },
                new TextProperty<CloudPcRow>("azureStorageContainerName", static row => row.CloudPc.Review?.StorageContainerName) { IsDefault = true },
            ]),
        "microsoft.graph.cloudPcReviewStatus")
    {
        IsValue = true,
    };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}/setReviewStatus", CloudPcAccess.Write, Set) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/cloudPCs/{{cloudPC}}/retrieveReviewStatus", CloudPcAccess.Read, static (tenant, request, keys) =>
            CloudPcReads.About(tenant, request, keys, 1, row => Status.One(request, row))) { Versions = RouteVersions.Beta },
    ];

    /// <summary>A review as a body asks for it, from the time of the command on; null to end it.</summary>
    public static CloudPcReview? Read(BodyReader read, JsonElement element, string property)
    {
        bool? inReview = null;
        CloudPcReview review = new(default, false, null, null);
        foreach ((string name, JsonElement value) in read.Properties(element, property))
        {
            switch (name.ToLowerInvariant())
            {
                case "inreview":
                    inReview = read.Flag(value, name);
                    break;
                case "useraccesslevel":
                    review = review with { IsRestricted = value.ValueKind != JsonValueKind.Null && read.OneOf(value, name, Levels) };
                    break;
                case "azurestorageaccountid":
                    review = review with { StorageAccountId = read.Text(value, name, CloudPcReview.LongestAccountId) };
                    break;
                case "azurestoragecontainername":
                    review = review with { StorageContainerName = read.Text(value, name, CloudPcReview.LongestContainerName) };
                    break;
                case "azurestorageaccountname" or "subscriptionid" or "subscriptionname" or "reviewstartdatetime" or "restorepointdatetime":
                    if (value.ValueKind != JsonValueKind.Null)
                    {
                        read.FailUnknown(name, "It is read-only: azureStorageAccountId says which account.");
                    }

                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (inReview is null)
        {
            read.FailMissing("inReview");
        }

        return inReview == true ? review : null;
    }

    private static Handling Set(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParse(keys[0], out Guid id)
        ? request.Reading(
            Name,
            static (read, body) =>
            {
                bool given = false;
                CloudPcReview? review = null;
                foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
                {
                    if (name.Equals("reviewStatus", StringComparison.OrdinalIgnoreCase))
                    {
                        given = true;
                        review = Read(read, value, name);
                    }
                    else
                    {
                        read.FailUnknown(name);
                    }
                }

                if (!given)
                {
                    read.FailMissing("reviewStatus");
                }

                return (Review: review, given);
            },
            wanted => request.Submit("", new Command.SetReviewStatus(id, wanted.Review), static _ => GraphResponse.Empty()))
        : GraphResponse.Error(request, GraphError.NotFound(keys[0]));

    // /subscriptions/{}/resourceGroups/{}/providers/Microsoft.Storage/storageAccounts/{}
    private static string? Part(CloudPcRow row, int position) => row.CloudPc.Review?.StorageAccountId?.Split('/')[position];
}
