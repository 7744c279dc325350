using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Faults;

/// <summary>What tests of faults say to a room.</summary>
internal static class FaultyRoom
{
    public static async Task<JsonElement> InstallAsync(this RunningRoom room, string rule)
    {
        Answer answer = await room.SendAsync("POST", "/berth/v1/faults", rule);
        Assert.True(answer.Status == 201, answer.Text);
        Assert.Equal($"{room.Http.BaseAddress}berth/v1/faults/{answer.Json.GetProperty("id").GetString()}", answer.Location);
        return answer.Json;
    }

    public static async Task<JsonElement[]> FaultsAsync(this RunningRoom room) =>
        [.. (await room.DoAsync("GET", "/berth/v1/faults")).GetProperty("value").EnumerateArray()];

    /// <summary>How often each rule matched and struck, oldest first.</summary>
    public static async Task<(long Matched, long Fired)[]> CountsAsync(this RunningRoom room) =>
        [.. (await room.FaultsAsync()).Select(fault => (fault.GetProperty("matched").GetInt64(), fault.GetProperty("fired").GetInt64()))];

    /// <summary>The statuses of the same request sent again and again, one after another.</summary>
    public static async Task<int[]> StatusesAsync(this RunningRoom room, int times, string method = "GET", string path = "/v1.0/organization", string? json = null)
    {
        int[] statuses = new int[times];
        for (int i = 0; i < times; i++)
        {
            statuses[i] = (await room.SendAsync(method, path, json)).Status;
        }

        return statuses;
    }
}
