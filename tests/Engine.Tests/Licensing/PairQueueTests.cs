using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Licensing;

/// <summary>The two collections that a sweep over many users rests on, beside the plain ones that they stand for.</summary>
public class PairQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pairs_come_out_each_once_and_earliest_first_whenever_they_came(int seed)
    {
        Random random = new(seed);
        PairQueue queue = new();
        SortedSet<WaitingPair> plain = [];
        for (int i = 0; i < 5_000; i++)
        {
            // Sometimes many before the first is looked at, and the same ones again.
            for (int added = random.Next(10) == 0 ? random.Next(40) : random.Next(2); added > 0; added--)
            {
                int at = random.Next(200);
                WaitingPair pair = new(new WaitingSince(at % 7, TenantUnderTest.Noon), new Guid(at, 0, 0, new byte[8]), Guid.Empty, at, 0);
                queue.Add(pair);
                plain.Add(pair);
            }

            Assert.Equal(plain.Count == 0 ? null : plain.Min, queue.First);
            if (queue.First is { } first && random.Next(4) > 0)
            {
                queue.Remove(first);
                plain.Remove(first);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Runs_give_back_the_indexes_that_came_and_sorted_each_once(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            IndexRuns runs = new();
            List<int> plain = [];
            bool ascending = random.Next(2) == 0;
            for (int index = random.Next(3), i = random.Next(60); i > 0; i--)
            {
                runs.Add(index);
                plain.Add(index);
                index = ascending ? index + 1 + (random.Next(3) == 0 ? random.Next(5) : 0) : random.Next(70);
                if (random.Next(20) == 0)
                {
                    Assert.Equal(plain.Count, runs.Runs.ToArray().Sum(run => run.Next - run.First));
                }
            }

            Assert.Equal(plain, runs.ToArray());
            Assert.Equal((plain.Count, plain.Count == 0 ? -1 : plain[^1]), (runs.Count, runs.Last));
            Assert.Equal(plain.Zip(plain.Skip(1)).All(pair => pair.First < pair.Second), runs.IsAscending);
            Assert.Equal(plain.Distinct().Order(), runs.Sorted().ToArray());
        }
    }
}
