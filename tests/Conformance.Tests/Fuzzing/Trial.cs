using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>Tries inputs at a parser: each is answered or refused, nothing is thrown, and none takes long (B760).</summary>
internal static class Trial
{
    /// <summary>A parser that has not answered for this long hangs; on a loaded machine the slowest answer comes within a few seconds.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static readonly int _times = Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? Inputs.LongerBy : 1;

    /// <summary>How many inputs this run tries of so many.</summary>
    public static int Of(Inputs parser) => parser.PerRun * _times;

    /// <summary>Tries as many inputs as the parser has for a run.</summary>
    /// <param name="parser">Whose turn it is.</param>
    /// <param name="make">Makes an input.</param>
    /// <param name="read">Gives it to the parser; throws when the parser does.</param>
    public static void Each<T>(Inputs parser, Func<Odd, T> make, Action<T> read)
    {
        (string Input, long Since) at = ("", Stopwatch.GetTimestamp());
        Task trying = Task.Factory.StartNew(
            () => Gen.Int.Try(
                seed =>
                {
                    T input = make(new Odd(seed));
                    at = (Shown(input), Stopwatch.GetTimestamp());
                    try
                    {
                        read(input);
                    }
                    catch (Exception e)
                    {
                        throw new InvalidOperationException($"{parser.Parser} did not refuse what it cannot read: {Shown(input)}", e);
                    }
                },
                times: Of(parser),
                atOnce: 1),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        while (!((IAsyncResult)trying).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(1)))
        {
            Assert.True(Stopwatch.GetElapsedTime(at.Since) < _patience, $"{parser.Parser} has no answer after {_patience}: {at.Input}");
        }

        trying.GetAwaiter().GetResult();
    }

    /// <summary>The same where the answer comes over a wire.</summary>
    public static Task EachAsync<T>(Inputs parser, Func<Odd, T> make, Func<T, Task> read, int atOnce = 1) => Draws.TryAsync(
        Gen.Int,
        Of(parser),
        async seed =>
        {
            T input = make(new Odd(seed));
            try
            {
                await read(input).WaitAsync(_patience);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                throw new InvalidOperationException($"{parser.Parser} has no answer after {_patience}: {Shown(input)}", e);
            }
        },
        atOnce);

    /// <summary>An input as a failure shows it: escaped, and not all of it when it is long.</summary>
    public static string Shown<T>(T input)
    {
        string text = input switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            string given => Odd.Quoted(given),
            _ => input?.ToString() ?? "null",
        };
        return text.Length <= 3000 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..3000]}... ({text.Length} characters)");
    }
}
