using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>What is due happens although nobody asks for anything, also when the program was not there when its time came (B135).</summary>
public sealed class DueTime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static readonly string[] _dynamic = ["DynamicMembership"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_join_when_their_time_comes_and_rules_are_there_after_a_restart()
    {
        await using BerthProcess first = await BerthProcess.StartEmptyDemoAsync();
        Guid group;
        using (HttpClient client = await first.ClientAsync())
        {
            string soon = DateTime.UtcNow.AddSeconds(2).ToString("O", CultureInfo.InvariantCulture);
            using HttpResponseMessage hired = await client.PatchAsJsonAsync("/v1.0/users/admin@contoso.example", new { employeeHireDate = soon }, Cancel);
            Assert.Equal(204, (int)hired.StatusCode);
            group = await CreateAsync(client, "user.employeeHireDate -le system.now");
            await UntilAsync(client, group, 1);
            Assert.DoesNotContain("_total{otel_scope_name=\"Berth\",tenant=\"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10\"} 0", (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel))
                .Split('\n').Single(line => line.StartsWith("berth_membership_rule_evaluations_total{", StringComparison.Ordinal)), StringComparison.Ordinal);

            using HttpResponseMessage again = await client.PatchAsJsonAsync(
                "/v1.0/users/admin@contoso.example", new { employeeHireDate = DateTime.UtcNow.AddSeconds(2).ToString("O", CultureInfo.InvariantCulture) }, Cancel);
            Assert.Equal(204, (int)again.StatusCode);
        }

        await first.KillAsync();
        await using BerthProcess second = await BerthProcess.StartAsync(first.Data, "--demo");
        using HttpClient after = await second.ClientAsync();
        await UntilAsync(after, group, 1);
    }

    private static async Task<Guid> CreateAsync(HttpClient client, string rule)
    {
        using HttpResponseMessage created = await client.PostAsJsonAsync(
            "/v1.0/groups",
            new { displayName = "started", mailEnabled = false, mailNickname = "started", securityEnabled = true, groupTypes = _dynamic, membershipRule = rule },
            Cancel);
        Assert.Equal(201, (int)created.StatusCode);
        return (await created.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
    }

    private static async Task UntilAsync(HttpClient client, Guid group, int members)
    {
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        giveUp.CancelAfter(_patience);
        while ((await client.GetFromJsonAsync<JsonElement>($"/v1.0/groups/{group}/members", giveUp.Token)).GetProperty("value").GetArrayLength() != members)
        {
            await Task.Yield();
        }
    }
}
