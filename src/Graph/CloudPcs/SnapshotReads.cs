using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>Restore points of Cloud PCs and what expired subscriptions left of them (C54, C57): <c>snapshots</c>, in beta.</summary>
internal static class SnapshotReads
{
    private const int Places = RestorePoints.MostFrequent + RestorePoints.MostWeekly + 1;

    private static readonly Resource<SnapshotRow> Snapshots = new(
        Shape<SnapshotRow>.Entity(
            "cloudPcSnapshot",
            [
                new ObjectIdProperty<SnapshotRow>("id", static row => row.Point.Id) { IsDefault = true },
                new TextProperty<SnapshotRow>("cloudPcId", static row => row.Point.CloudPcId.ToString()) { IsDefault = true },
                new TimeProperty<SnapshotRow>("createdDateTime", static row => row.Point.At) { IsDefault = true },
                new TimeProperty<SnapshotRow>("expirationDateTime", static row => row.Point.ExpiresAt) { IsDefault = true },
                new TextProperty<SnapshotRow>("healthCheckStatus", static _ => "healthy") { IsDefault = true },
                new TimeProperty<SnapshotRow>("lastRestoredDateTime", static _ => null) { IsDefault = true },
                new TextProperty<SnapshotRow>("snapshotType", static row => NameOf(row.Point.Kind)) { IsDefault = true },
                new TextProperty<SnapshotRow>("status", static _ => "ready") { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/snapshots");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/snapshots", CloudPcAccess.Read, static (tenant, request, _) =>
            Snapshots.Page(request, (_, after) => (All(tenant, request, after).Where(row => row.Position > after), null))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/snapshots/$count", CloudPcAccess.Read, static (tenant, request, _) =>
            Snapshots.Count(request, (_, _) => (All(tenant, request, -1), null))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/snapshots/{{snapshot}}", CloudPcAccess.Read, One) { Versions = RouteVersions.Beta },
    ];

    /// <summary>Those of one Cloud PC, newest first.</summary>
    public static GraphResponse Of(GraphRequest request, CloudPcRow row)
    {
        SnapshotRow[] rows = [.. row.RestorePoints(row.Tenant.Now(request.ReceivedAt)).Select((point, position) => new SnapshotRow(position, point))];
        return Snapshots.Page(request, (_, after) => (rows.Skip(after + 1), rows.Length));
    }

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        foreach (SnapshotRow row in All(tenant, request, -1))
        {
            if (Guid.TryParse(keys[0], out Guid id) && row.Point.Id == id)
            {
                return Snapshots.One(request, row);
            }
        }

        return GraphResponse.Error(request, GraphError.NotFound(keys[0]));
    }

    // By Cloud PC, newest first, then what is kept of those that are gone: counted when they are asked for. A Cloud PC has places of its own, so that a
    // page goes on behind the one before although points came meanwhile.
    private static IEnumerable<SnapshotRow> All(Tenant tenant, GraphRequest request, int after)
    {
        DateTimeOffset now = tenant.Now(request.ReceivedAt);
        int count = tenant.Fleet.CloudPcs.Count;
        for (int index = Math.Max(0, after / Places); index < count; index++)
        {
            if (CloudPcRow.At(tenant, request, index) is { } row)
            {
                int position = index * Places;
                foreach (RestorePoint point in row.RestorePoints(now))
                {
                    yield return new SnapshotRow(position++, point);
                }
            }
        }

        int last = count * Places;
        foreach (RetentionSnapshot kept in tenant.Fleet.Retained.Values)
        {
            if (kept.CreatedAt + RetentionSnapshot.Retention > now)
            {
                yield return new SnapshotRow(last, RestorePoints.Of(kept));
            }

            last++;
        }
    }

    private static string NameOf(RestorePointKind kind) => kind switch
    {
        RestorePointKind.Automatic => "automatic",
        RestorePointKind.Manual => "manual",
        RestorePointKind.Retention => "retention",
    };

    /// <summary>A restore point in a list.</summary>
    private readonly record struct SnapshotRow(int Position, RestorePoint Point) : IRow;
}
