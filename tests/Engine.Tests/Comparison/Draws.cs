using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Comparison;

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

    /// <summary>Draws the next values and checks each; the first that fails is told with what draws it again.</summary>
    public void Try<T>(Gen<T> random, long times, Action<T> check)
    {
        (long Number, Exception Why)? broken = null;
        Parallel.For(_drawn, _drawn + times, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (number, loop) =>
        {
            try
            {
                check(random.Generate(new PCG((uint)number, _seed), null, out _));
            }
            catch (Exception why)
            {
                loop.Break();
                lock (_lock)
                {
                    broken = broken is { } known && known.Number < number ? known : (number, why);
                }
            }
        });
        _drawn += times;
        if (broken is { } first)
        {
            Assert.Fail($"BERTH_SEED={_name}, value {first.Number}: {first.Why.Message}\n{first.Why.StackTrace}");
        }
    }
}
