using System.Net;
using System.Text.Json;
using Berth.Cluster;
using Berth.Cluster.Placement;
using Npgsql;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>Where the tenants of three nodes come to lie (B715).</summary>
public sealed class PlacementTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    // More than all nodes move at one time, and so many that looking through them takes longer than giving one up.
    private const int Tenants = 4 * ClusterLimits.MovedAtOnce * 3;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B715
    [Fact]
    public async Task Tenants_made_at_one_node_come_to_where_each_belongs_and_stay_there()
    {
        List<Guid> made = [];
        for (int number = 0; number < Tenants; number++)
        {
            (HttpStatusCode status, JsonElement tenant) = await nodes.SendAsync(nodes[0].Http!, HttpMethod.Post, "/berth/v1/tenants", new { displayName = "Placed", domain = $"placed{number}.example", country = "DE" });
            Assert.True(status == HttpStatusCode.Created, $"{status} {tenant}");
            made.Add(tenant.GetProperty("tenantId").GetGuid());
        }

        await using NpgsqlConnection line = new($"{nodes.Database};Search Path=berth;Pooling=false");
        await line.OpenAsync(Cancel);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        over.CancelAfter(_patience);
        Dictionary<Guid, (long Node, long Epoch)> before = await PlacesAsync(line);
        while (await StraysAsync(line, before) is { Count: > 0 } strays)
        {
            Assert.False(over.IsCancellationRequested, $"{strays.Count} of {before.Count} tenants are not where they belong after {_patience}: {string.Join(", ", strays.Take(5))}.");
            await Task.Delay(ClusterLimits.Tend, Cancel);
            before = await PlacesAsync(line);
        }

        Assert.Superset(made.ToHashSet(), before.Keys.ToHashSet());

        // Whoever looks again later finds nothing to move: no tenant is taken anew.
        await Task.Delay(ClusterLimits.Settled + ClusterLimits.Settled, Cancel);
        Assert.Equal(before, await PlacesAsync(line));
    }

    private static async Task<Dictionary<Guid, (long Node, long Epoch)>> PlacesAsync(NpgsqlConnection line)
    {
        await using NpgsqlCommand select = new("SELECT id, node, epoch FROM tenant WHERE domain IS NOT NULL", line);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(Cancel);
        Dictionary<Guid, (long, long)> places = [];
        while (await reader.ReadAsync(Cancel))
        {
            places[reader.GetGuid(0)] = (reader.GetInt64(1), reader.GetInt64(2));
        }

        return places;
    }

    private static async Task<List<Guid>> StraysAsync(NpgsqlConnection line, Dictionary<Guid, (long Node, long Epoch)> places)
    {
        await using NpgsqlCommand select = new("SELECT array_agg(number) FROM node WHERE silo <> '' AND until > clock_timestamp()", line);
        long[] lives = (long[])(await select.ExecuteScalarAsync(Cancel))!;
        return [.. places.Where(place => place.Value.Node != PreferredNode.Of(place.Key, lives)).Select(place => place.Key)];
    }
}
