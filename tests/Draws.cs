using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Xunit;

namespace Berth.Tests;

/// <summary>
/// Random values in an order that <c>BERTH_SEED</c> settles: the same seed draws the same ones on every machine, whichever threads are the faster. <c>eng/test</c> takes
/// the files of the commit for it, so that one commit has one verdict and the next one tries others; without it every run draws anew.
/// </summary>
internal sealed class Draws
{
    private static readonly string _name = Environment.GetEnvironmentVariable("BERTH_SEED") is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N")[..12];
    private static readonly ulong _seed = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(_name)));

    private readonly Lock _lock = new();
    private long _drawn;

    /// <summary>What draws the same values again.</summary>
    public static string Name => _name;

    /// <summary>For tests that draw as they go.</summary>
    public static Random Random() => new(unchecked((int)_seed));

    /// <summary>Draws the next values and checks each; the first that fails is told with what draws it again.</summary>
    /// <param name="random">What is drawn.</param>
    /// <param name="times">How many.</param>
    /// <param name="check">Throws when one fails.</param>
    /// <param name="atOnce">How many are checked at the same time.</param>
    /// <param name="shown">A value as a failure shows it; nothing where the check tells enough.</param>
    public void Try<T>(Gen<T> random, long times, Action<T> check, int? atOnce = null, Func<T, string>? shown = null)
    {
        (long Number, string Why)? broken = null;
        Parallel.For(_drawn, _drawn + times, new ParallelOptions { MaxDegreeOfParallelism = atOnce ?? Environment.ProcessorCount }, (number, loop) =>
        {
            T value = Drawn(random, number);
            try
            {
                check(value);
            }
            catch (Exception why)
            {
                loop.Break();
                lock (_lock)
                {
                    broken = broken is { } known && known.Number < number ? known : (number, Told(why, shown?.Invoke(value)));
                }
            }
        });
        _drawn += times;
        if (broken is { } first)
        {
            Assert.Fail($"BERTH_SEED={_name}, value {first.Number}: {first.Why}");
        }
    }

    /// <summary>The same one after the other, or so many at once, where checking waits for something.</summary>
    public static async Task TryAsync<T>(Gen<T> random, long times, Func<T, Task> check, int atOnce = 1) =>
        await Parallel.ForAsync(0, times, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (number, _) =>
        {
            T value = Drawn(random, number);
            try
            {
                await check(value);
            }
            catch (Exception why)
            {
                Assert.Fail($"BERTH_SEED={_name}, value {number}: {Told(why, null)}");
            }
        });

    private static T Drawn<T>(Gen<T> random, long number) => random.Generate(new PCG((uint)number, _seed), null, out _);

    // With whatever lies beneath it: what went wrong is mostly there.
    private static string Told(Exception why, string? value) => value is null ? why.ToString() : $"{value}\n{why}";
}

/// <summary>Tries what a generator draws, as <see cref="Draws"/> settles it.</summary>
internal static class DrawnTrials
{
    private const int Usual = 100;

    extension<T>(Gen<T> random)
    {
        /// <summary>Tries so many values.</summary>
        public void Try(Action<T> check, long times = Usual, int? atOnce = null, Func<T, string>? shown = null) => new Draws().Try(random, times, check, atOnce, shown);

        /// <summary>Tries so many values of which a condition must hold.</summary>
        public void Try(Func<T, bool> holds, long times = Usual) => new Draws().Try(random, times, value => Assert.True(holds(value), $"does not hold of {value}"));
    }

    extension<T1, T2>(Gen<(T1, T2)> random)
    {
        /// <inheritdoc cref="Try{T}(Gen{T}, Action{T}, long, int?, Func{T, string}?)"/>
        public void Try(Action<T1, T2> check, long times = Usual) => new Draws().Try(random, times, value => check(value.Item1, value.Item2));
    }
}
