using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Whose Cloud PCs are whose, also of users with several.</summary>
public sealed class RowsOfUsersTests
{
    [Fact]
    public void Rows_that_come_and_go_are_those_of_their_user_as_a_plain_table_has_them()
    {
        Random random = new(20261126);
        Dictionary<int, SortedSet<int>> plain = [];
        RowsOfUsers rows = RowsOfUsers.Empty;
        for (int round = 0; round < 400; round++)
        {
            RowsOfUsers.Builder builder = rows.ToBuilder();
            for (int i = 0; i < 8; i++)
            {
                int user = random.Next(600), row = random.Next(5);
                SortedSet<int> own = plain.TryGetValue(user, out SortedSet<int>? known) ? known : plain[user] = [];
                if (random.Next(3) > 0)
                {
                    own.Add(row);
                    builder.Add(user, row);
                }
                else if (own.Remove(row))
                {
                    builder.Remove(user, row);
                }

                Assert.Equal(own, builder.Of(user));
            }

            RowsOfUsers before = rows;
            int[] sample = [.. before.Of(round)];
            rows = builder.Seal();
            Assert.Equal(sample, before.Of(round));
        }

        Assert.Contains(plain.Values, own => own.Count > 2);
        Assert.All(Enumerable.Range(0, 700), user => Assert.Equal(plain.GetValueOrDefault(user, []), rows.Of(user)));
    }
}
