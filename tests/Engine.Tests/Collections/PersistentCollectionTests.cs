using Berth.Engine.Collections;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Collections;

public class PersistentCollectionTests
{
    private static readonly Gen<(bool Add, int Value)[]> Changes = Gen.Select(Gen.Bool, Gen.Int[0, 3000]).Array[0, 400];

    [Fact]
    public void A_sorted_set_behaves_like_the_framework_one_and_old_versions_do_not_change() =>
        Gen.Select(Gen.Int[0, 3000].Array[0, 2500], Changes).Sample((start, changes) =>
        {
            int[] sorted = [.. start.Distinct().Order()];
            SortedSet<int> expected = [.. sorted];
            SortedPages<int> first = SortedPages<int>.FromSorted(sorted), set = first;
            foreach ((bool add, int value) in changes)
            {
                _ = add ? expected.Add(value) : expected.Remove(value);
                set = add ? set.Add(value) : set.Remove(value);
                Assert.Equal(expected.Contains(value), set.Contains(value));
            }

            Assert.Equal(expected, set);
            Assert.Equal(expected.Count, set.Count);
            Assert.Equal(sorted, first);
            Assert.Equal(expected.Where(value => value >= 1500), set.From(1500));
        });

    [Fact]
    public void Merging_many_changes_is_removing_then_adding_one_by_one() =>
        Gen.Select(Gen.Int[0, 3000].Array[0, 2500], Gen.Int[0, 3000].Array[0, 1500], Gen.Int[0, 3000].Array[0, 1500]).Sample((start, on, off) =>
        {
            int[] added = [.. on.Distinct().Order()], removed = [.. off.Distinct().Order()];
            SortedPages<int> set = SortedPages<int>.FromSorted([.. start.Distinct().Order()]);
            Assert.Equal(start.Except(removed).Union(added).Order(), set.Merge(added, removed));
        });

    [Fact]
    public void A_paged_vector_behaves_like_a_list_and_old_versions_do_not_change() =>
        Gen.Select(Gen.Int[0, 2000], Gen.Select(Gen.Int[0, 4000], Gen.Int).Array[0, 200]).Sample((count, writes) =>
        {
            PagedVector<int>.Builder first = PagedVector<int>.Empty.ToBuilder();
            first.Grow(count);
            PagedVector<int> before = first.Seal();
            PagedVector<int>.Builder builder = before.ToBuilder();
            List<int> expected = [.. new int[count]];
            foreach ((int at, int value) in writes)
            {
                if (at < expected.Count)
                {
                    expected[at] = value;
                    builder[at] = value;
                }
                else
                {
                    expected.Add(value);
                    builder.Add(value);
                }
            }

            PagedVector<int> after = builder.Seal();
            Assert.Equal(expected, Enumerable.Range(0, after.Count).Select(i => after[i]));
            Assert.All(Enumerable.Range(0, before.Count), i => Assert.Equal(0, before[i]));
        });

    [Fact]
    public void A_hash_index_behaves_like_sets_of_indexes_by_hash_through_growth_and_removal() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 2000]).Array[0, 4000].Sample(changes =>
        {
            HashSet<int> expected = [];
            HashIndex index = HashIndex.Empty;
            foreach ((bool Add, int Value)[] portion in changes.Chunk(500))
            {
                HashIndex.Builder builder = index.ToBuilder();
                foreach ((bool add, int key) in portion)
                {
                    if (add)
                    {
                        expected.Add(key);
                        builder.Add(Hash(key), key);
                    }
                    else
                    {
                        expected.Remove(key);
                        builder.Remove(Hash(key), key);
                    }
                }

                Assert.All(Enumerable.Range(0, 300), hash => Assert.Equal(expected.Where(key => Hash(key) == hash).Order(), Found(builder.Of(hash))));
                index = builder.Seal();
                Assert.Equal(expected.Count, index.Count);
                Assert.All(Enumerable.Range(0, 300), hash => Assert.Equal(expected.Where(key => Hash(key) == hash).Order(), Found(index.Of(hash))));
            }

            // Several keys have one hash, and so do the first of all.
            static int Hash(int key) => key % 300;

            static IEnumerable<int> Found(HashIndex.Candidates candidates)
            {
                List<int> found = [];
                foreach (int one in candidates)
                {
                    found.Add(one);
                }

                return found.Order();
            }
        }, iter: 50);
}
