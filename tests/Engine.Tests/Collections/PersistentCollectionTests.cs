using Berth.Engine.Collections;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Collections;

public class PersistentCollectionTests
{
    private static readonly Gen<(bool Add, int Value)[]> Changes = Gen.Select(Gen.Bool, Gen.Int[0, 3000]).Array[0, 400];

    [Fact]
    public void A_sorted_set_behaves_like_the_framework_one_and_old_versions_do_not_change() =>
        Gen.Select(Gen.Int[0, 3000].Array[0, 2500], Changes).Try((start, changes) =>
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
        Gen.Select(Gen.Int[0, 3000].Array[0, 2500], Gen.Int[0, 3000].Array[0, 1500], Gen.Int[0, 3000].Array[0, 1500]).Try(drawn =>
        {
            (int[] start, int[] on, int[] off) = drawn;
            int[] added = [.. on.Distinct().Order()], removed = [.. off.Distinct().Order()];
            SortedPages<int> set = SortedPages<int>.FromSorted([.. start.Distinct().Order()]);
            Assert.Equal(start.Except(removed).Union(added).Order(), set.Merge(added, removed));
        });

    [Fact]
    public void A_paged_vector_behaves_like_a_list_and_old_versions_do_not_change() =>
        Gen.Select(Gen.Int[0, 2000], Gen.Select(Gen.Int[0, 4000], Gen.Int).Array[0, 200]).Try((count, writes) =>
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
    public void Merging_a_portion_at_the_end_shares_what_came_before_and_keeps_chunks_even() =>
        Gen.Int[1, 3000].Array[1, 40].Try(portions =>
        {
            SortedPages<int> set = SortedPages<int>.Empty;
            int last = 0;
            foreach (int portion in portions)
            {
                int[] added = [.. Enumerable.Range(last, portion)];
                last += portion;
                set = set.Merge(added, []);
            }

            Assert.Equal(Enumerable.Range(0, last), set);
            Assert.Equal(Enumerable.Range(last / 2, last - (last / 2)), set.From(last / 2));
            int[] odd = [.. Enumerable.Range(0, last).Where(one => (one & 1) != 0)];
            Assert.Equal(Enumerable.Range(0, last).Except(odd), set.Merge([], odd));
            Assert.Same(SortedPages<int>.Empty, set.Merge([], set.ToArray()));
        }, times: 50);

    [Fact]
    public void A_hash_index_gives_every_version_what_it_has_and_a_grown_table_has_nothing_that_no_key_leads_to() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 2000]).Array[0, 4000].Try(changes =>
        {
            HashSet<int> there = [];
            List<(HashIndex Index, int[] There)> versions = [(HashIndex.Empty, [])];
            foreach ((bool Add, int Value)[] portion in changes.Chunk(500))
            {
                HashIndex index = versions[^1].Index;
                foreach ((bool add, int key) in portion)
                {
                    if (!add)
                    {
                        // What goes is not taken out: whoever looks compares.
                        there.Remove(key);
                    }
                    else if (there.Add(key))
                    {
                        HashIndex before = index;
                        index = index.Add(Hash(key), key, (at, hash) => there.Contains(at) && Hash(at) == hash);
                        if (!ReferenceEquals(before, index))
                        {
                            Assert.All(Enumerable.Range(0, 300), hash => Assert.Equal(there.Where(one => Hash(one) == hash).Order(), Found(index.Of(hash))));
                        }
                    }
                }

                versions.Add((index, [.. there]));
            }

            foreach ((HashIndex index, int[] had) in versions)
            {
                Assert.All(had, key => Assert.Contains(key, Found(index.Of(Hash(key)))));
                Assert.All(Enumerable.Range(0, 300), hash => Assert.All(Found(index.Of(hash)), key => Assert.Equal(hash, Hash(key))));
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
        }, times: 50);

    [Fact]
    public void Forks_that_add_to_one_hash_index_at_once_lose_nothing_and_a_reader_beside_them_finds_what_was_there()
    {
        const int Forks = 4, Each = 20_000;
        HashIndex shared = HashIndex.Empty;
        for (int key = 0; key < Each; key++)
        {
            shared = shared.Add(key * 31, key, static (_, _) => true);
        }

        Parallel.For(0, Forks, fork =>
        {
            HashIndex own = shared;
            for (int i = 0; i < Each; i++)
            {
                // Another fork has another key at the same index.
                own = own.Add((i * 31) + fork + 1, Each + i, static (_, _) => true);
                Assert.True(Has(shared, i * 31, i));
            }

            for (int i = 0; i < Each; i++)
            {
                Assert.True(Has(own, (i * 31) + fork + 1, Each + i));
                Assert.True(Has(own, i * 31, i));
            }
        });

        static bool Has(HashIndex index, int hash, int key)
        {
            foreach (int one in index.Of(hash))
            {
                if (one == key)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
