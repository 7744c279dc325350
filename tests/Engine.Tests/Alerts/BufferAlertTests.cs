using Berth.Engine.Alerts;
using Xunit;

namespace Berth.Engine.Tests.Alerts;

/// <summary>Alerts about the concurrency buffer, whatever makes it used (C110, B453, B455).</summary>
public sealed class BufferAlertTests
{
    private const string Plan = "Cloud PC Frontline 2vCPU/8GB/128GB";

    private static readonly DateTimeOffset _noon = TenantUnderTest.Noon;

    private readonly List<Change> _changes = [];
    private AlertBook _book = AlertBook.Empty;

    private AlertRecord[] Records => [.. _book.Records.Values];

    [Fact]
    public void Each_use_is_an_alert_that_tells_how_often_the_buffer_was_used()
    {
        // C110, B453
        Look(0);
        Assert.Empty(_changes);
        Look(0, new BufferFact(Plan, 1, _noon, null));
        AlertRecord first = Assert.Single(Records);
        Assert.Equal((AlertTemplate.FrontlineConcurrency, AlertAggregation.Count, 1L), (first.Template, first.Impact.Aggregation, first.Impact.Value));
        Assert.Equal([new AlertDetail(Plan, "1")], first.Impact.Details);
        Look(20);
        Look(30, new BufferFact(Plan, 2, _noon.AddMinutes(30), null));
        Assert.Equal([_noon.AddMinutes(20), null], Records.Select(record => record.ResolvedAt));
        Assert.Equal([1L, 2L], Records.Select(record => record.Impact.Value));
    }

    [Fact]
    public void The_longest_use_counts_in_whole_minutes_and_time_alone_raises_and_ends_the_alert()
    {
        // B455
        Rule(new AlertCondition(AlertCategory.FrontlineBufferUsageDuration, AlertAggregation.DurationInMinutes, AlertOperator.Equal, 60, true));
        BufferFact one = new(Plan, 1, _noon, null), other = new("Cloud PC Frontline 4vCPU/16GB/128GB", 1, _noon.AddMinutes(30), null);
        Look(30, one, other);
        Assert.Equal((0, _noon.AddMinutes(60)), (Records.Length, _book.DueAt));
        Look(59.99, one, other);
        Assert.Equal((0, _noon.AddMinutes(60)), (Records.Length, _book.DueAt));
        Look(60, one, other);
        Assert.Equal((60L, AlertAggregation.DurationInMinutes, _noon.AddMinutes(61)), (Assert.Single(Records).Impact.Value, Records[0].Impact.Aggregation, _book.DueAt));
        Look(61, one, other);
        Assert.Equal((_noon.AddMinutes(61), _noon.AddMinutes(90)), (Assert.Single(Records).ResolvedAt, _book.DueAt));
        Look(62);
        Assert.Null(_book.DueAt);

        // A rule that is off waits for nothing.
        Look(62, one);
        Look(62.5, one);
        _book = _book.With(_book.RuleOf(AlertTemplate.FrontlineConcurrency) with { IsEnabled = false });
        Look(63, one);
        Assert.Null(_book.DueAt);
    }

    [Fact]
    public void A_block_is_told_while_it_lasts_whatever_the_thresholds_are()
    {
        // B453
        Rule(new AlertCondition(AlertCategory.FrontlineBufferUsageThreshold, AlertAggregation.Count, AlertOperator.Greater, 100, true));
        Look(0, new BufferFact(Plan, 4, _noon, null));
        Assert.Empty(Records);
        Look(61, new BufferFact(Plan, 4, null, _noon.AddDays(2)));
        Assert.Equal(new AlertImpact(AlertAggregation.Count, 1, [new AlertDetail(Plan, "blocked")]), Assert.Single(Records).Impact);
        Look(90, new BufferFact(Plan, 0, null, null));
        Assert.Equal([new AlertDetail(Plan, "permanentlyBlocked")], Assert.Single(Records).Impact.Details);
        Look(91);
        Assert.Equal(_noon.AddMinutes(91), Assert.Single(Records).ResolvedAt);
    }

    private void Rule(params AlertCondition[] conditions) =>
        _book = _book.With(AlertRule.BuiltIn(AlertTemplate.FrontlineConcurrency) with { Conditions = [.. conditions] });

    private void Look(double minutes, params BufferFact[] buffers)
    {
        DateTimeOffset now = _noon.AddMinutes(minutes);
        AlertWatch.Look(
            () => _book,
            new AlertFacts(
                category => new AlertMeasure(
                    category switch
                    {
                        AlertCategory.FrontlineBufferUsageDuration => buffers.Select(buffer => buffer.MinutesAt(now)).DefaultIfEmpty(0).Max(),
                        AlertCategory.FrontlineBufferUsageThreshold => buffers.Where(buffer => !buffer.IsBlocked).Select(buffer => (long)buffer.Uses).DefaultIfEmpty(0).Max(),
                        _ => 0,
                    },
                    0,
                    0,
                    0),
                () => buffers,
                () => []),
            Guid.NewGuid(),
            now,
            Record);

        void Record(Change change)
        {
            _changes.Add(change);
            _book = change switch
            {
                Change.AlertRecordSet set => _book.With(set.Index, set.Record),
                Change.AlertsDue due => _book.With(due.At),
                _ => throw new InvalidOperationException($"{change}"),
            };
        }
    }
}
