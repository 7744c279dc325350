using Berth.Engine.Frontline;
using Berth.Oracle;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine's moments of cron expressions against the oracle's, which goes minute by minute (B438): random expressions with lists, ranges, steps, names and mistakes.
/// BERTH_LONG=1 runs fifty times as long.
/// </summary>
public sealed class CronComparisonTests(ITestOutputHelper output)
{
    private const int Expressions = 1500;
    private const int LongerBy = 50;
    private const int Moments = 3;

    private static readonly DateTimeOffset _from = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Days that chance seldom names: those that never come, and one that comes every four or eight years.
    private static readonly Gen<string> Rare = Gen.Select(Gen.Int[0, 59], Gen.Int[29, 31], Gen.Int[0, 3]).Select((minute, day, odd) => $"{minute} 3 {day} {(odd == 0 ? "apr,FEB" : "2")} *");

    private static readonly Gen<string> Expression = Gen.Frequency((40, Usual()), (1, Rare));

    private static Gen<string> Usual() => Gen.Select(
        Gen.Frequency((3, Gen.Const("")), (3, Gen.Int[0, 60].Select(second => $"{second} ")), (1, Gen.Const("*/30 "))),
        Gen.Frequency((12, Gen.Int[0, 60].Select(minute => $"{minute}")), (1, Gen.Const("7-7")), (1, Gen.Const("*/59")), (1, Gen.Const("59/5"))),
        Field(24, []),
        Field(32, []),
        Field(13, ["JAN", "feb", "Apr", "DEC", "MON"]),
        Field(8, ["SUN", "mon", "Sat", "FRI", "FEB"])).Select((second, minute, hour, day, month, weekday) => $"{second}{minute} {hour} {day} {month} {weekday}");

    [Fact]
    public void The_engine_and_the_oracle_find_the_same_moments()
    {
        int read = 0, refused = 0, comes = 0, never = 0, far = 0;
        int expressions = Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? Expressions * LongerBy : Expressions;
        Gen.Select(Expression, Gen.Int[0, 40 * 365], Gen.Int[0, 86_400]).Try(
            drawn =>
            {
                (string text, int day, int second) = drawn;
                DateTimeOffset at = _from.AddDays(day).AddSeconds(second);
                if (!CronExpression.TryRead(text, out CronExpression? expression, out _))
                {
                    Interlocked.Increment(ref refused);
                    return CronCalendar.After(text, at) is null;
                }

                Interlocked.Increment(ref read);
                for (int i = 0; i < Moments; i++)
                {
                    DateTimeOffset? found = expression.After(at);
                    if (found != CronCalendar.After(text, at))
                    {
                        return false;
                    }

                    if (found is not { } next)
                    {
                        Interlocked.Increment(ref never);
                        break;
                    }

                    Interlocked.Increment(ref comes);
                    Interlocked.Add(ref far, next - at > TimeSpan.FromDays(365) ? 1 : 0);
                    at = next;
                }

                return true;
            },
            times: expressions);
        output.WriteLine($"{read} read, {refused} refused; {comes} moments, {far} of them more than a year away; {never} never came");
        Assert.True(read > 0 && refused > 0 && comes > 0 && never > 0 && far > 0);
    }

    // One value too many now and then.
    private static Gen<string> Field(int past, string[] names)
    {
        Gen<string> value = names.Length == 0 ? Gen.Int[0, past].Select(one => $"{one}") : Gen.Frequency((5, Gen.Int[0, past].Select(one => $"{one}")), (2, Gen.Int[0, names.Length - 1].Select(at => names[at])));
        Gen<string> part = Gen.Frequency(
            (6, value),
            (3, Gen.Select(value, value).Select((from, to) => $"{from}-{to}")),
            (2, Gen.Select(value, value, Gen.Int[0, 5]).Select((from, to, step) => $"{from}-{to}/{step}")),
            (1, Gen.Select(value, Gen.Int[1, 5]).Select((from, step) => $"{from}/{step}")),
            (2, Gen.Int[1, 9].Select(step => $"*/{step}")));
        return Gen.Frequency((8, Gen.Const("*")), (8, part), (2, part.Array[2, 3].Select(parts => string.Join(',', parts))));
    }
}
