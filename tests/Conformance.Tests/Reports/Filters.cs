using Berth.Graph;
using Berth.Graph.Reports;
using Xunit;

namespace Berth.Conformance.Tests.Reports;

/// <summary>The filters of reports (B443).</summary>
public sealed class Filters
{
    private static readonly ReportColumn[] _columns =
    [
        new("Plan", ReportType.String), new("Count", ReportType.Int32), new("Average", ReportType.Double), new("DateTimeUTC", ReportType.DateTime), new("Buffer", ReportType.Boolean),
    ];

    private static readonly object?[][] _rows =
    [
        ["2d1d344e-d10c-41bb-953b-b3a47521dca0", 5L, 2.5, new DateTime(2022, 12, 1, 0, 0, 0, DateTimeKind.Utc), true],
        ["O'Brien's", 10L, 7.0, new DateTime(2022, 11, 30, 0, 0, 0, DateTimeKind.Utc), false],
        [null, 0L, 0.0, new DateTime(2022, 11, 29, 23, 30, 0, DateTimeKind.Utc), false],
    ];

    [Theory]
    [InlineData("Plan eq '2d1d344e-d10c-41bb-953b-b3a47521dca0' and DateTimeUTC gt datetime'2022-11-30'", "0")]
    [InlineData("Plan eq 2D1D344E-D10C-41BB-953B-B3A47521DCA0", "0")]
    [InlineData("plan EQ 'o''brien''s'", "1")]
    [InlineData("Plan gt 'a'", "1")]
    [InlineData("Plan lt 'z'", "01")]
    [InlineData("DateTimeUTC ge datetime'2022-11-30'", "01")]
    [InlineData("DateTimeUTC gt datetime'2022-11-30'", "0")]
    [InlineData("DateTimeUTC le '2022-11-30T00:00:00'", "12")]
    [InlineData("DateTimeUTC lt 2022-11-30T01:00:00+01:00", "2")]
    [InlineData("DateTimeUTC eq 2022-11-30", "1")]
    [InlineData("Count ge 5", "01")]
    [InlineData("Count lt 5.5", "02")]
    [InlineData("Average eq 7", "1")]
    [InlineData("Count gt -1 and Average le 2.5", "02")]
    [InlineData("Buffer eq true", "0")]
    [InlineData("Buffer eq false and Count eq 10 or Count eq 5", "01")]
    [InlineData("Buffer eq false and (Count eq 10 or Count eq 5)", "1")]
    [InlineData("(Count eq 0) or(Count eq 5)", "02")]
    [InlineData("  Count   eq   10  ", "1")]
    public void A_filter_takes_the_rows_that_meet_it(string filter, string taken)
    {
        (Func<object?[], bool>? takes, string? problem) = ReportFilter.Read(filter, _columns);
        Assert.Null(problem);
        Assert.Equal(taken, string.Concat(Enumerable.Range(0, _rows.Length).Where(row => takes!(_rows[row]))));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Color eq 'red'", 1)]
    [InlineData("Count", 6)]
    [InlineData("Count ne 5", 7)]
    [InlineData("Count eq", 9)]
    [InlineData("Count eq 'five'", 10)]
    [InlineData("Count eq 5 xor Count eq 6", 12)]
    [InlineData("Count eq 5 and", 15)]
    [InlineData("(Count eq 5", 12)]
    [InlineData("Count eq 5)", 11)]
    [InlineData("Plan eq 'open", 9)]
    [InlineData("Plan eq 5", 9)]
    [InlineData("DateTimeUTC gt datetime'soon'", 16)]
    [InlineData("DateTimeUTC gt 5", 16)]
    [InlineData("Buffer eq 'true'", 11)]
    public void A_filter_that_is_none_is_told_with_its_place(string filter, int at)
    {
        (Func<object?[], bool>? takes, string? problem) = ReportFilter.Read(filter, _columns);
        Assert.Null(takes);
        Assert.StartsWith($"At character {at}: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parentheses_lie_so_deep_and_no_deeper()
    {
        string Nested(int depth) => new string('(', depth) + "Count eq 5" + new string(')', depth);
        Assert.Null(ReportFilter.Read(Nested(GraphLimits.FilterDepth), _columns).Problem);
        Assert.NotNull(ReportFilter.Read(Nested(GraphLimits.FilterDepth + 1), _columns).Problem);
        Assert.NotNull(ReportFilter.Read(Nested(4000), _columns).Problem);
    }
}
