using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>How far back a count of audit events looks (B379).</summary>
public sealed class AuditCounts
{
    private const string Path = $"/v1.0{FleetUnderTest.Root}/auditEvents/$count";

    [Fact]
    public async Task A_count_reads_a_bounded_number_of_entries_and_is_refused_beyond_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        while (room.Tenant.Version < GraphLimits.AuditCountEntries - 1)
        {
            await AddAsync(room);
        }

        Assert.Equal((200, "0"), await CountAsync(room));
        await AddAsync(room);
        Assert.Equal((GraphLimits.AuditCountEntries, 200, "0"), (room.Tenant.Version, (await CountAsync(room)).Status, (await CountAsync(room)).Text));
        await AddAsync(room);
        await room.RefusedAsync(400, "queryUnsupported", "GET", Path);
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2126-01-01T00:00:00Z"}""");
        Assert.Equal((200, "0"), await CountAsync(room));
    }

    private static async Task<(int Status, string Text)> CountAsync(RunningRoom room)
    {
        Answer answer = await room.SendAsync("GET", Path);
        return (answer.Status, answer.Text);
    }

    private static async Task AddAsync(RunningRoom room) => await room.Desk.SubmitAsync(
        new Command.UpdateSettings(room.Tenant.Settings with { BufferExcess = (int)(room.Tenant.Version % 100) }), Actor.Berth, null, TestContext.Current.CancellationToken);
}
