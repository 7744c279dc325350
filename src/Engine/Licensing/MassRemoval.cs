using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>A SKU that many of its holders lose at once (B505).</summary>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Holders">Who held it before.</param>
/// <param name="Losing">How many of those do not hold it afterwards.</param>
public readonly record struct MassRemoval(int Sku, int Holders, int Losing)
{
    /// <summary>Fewer than these losing a SKU are never many.</summary>
    public const int Least = 10;

    /// <summary>The share of the holders above which those losing it are many, in percent.</summary>
    public const int Percent = 30;

    /// <summary>The SKUs that many lose between two states of a tenant, ascending.</summary>
    public static ValueArray<MassRemoval> Between(Tenant before, Tenant after)
    {
        List<MassRemoval> many = [];
        for (int sku = 0; sku < before.Parts.Holders.Length; sku++)
        {
            SortedPages<int> had = before.HoldersOf(sku), have = after.HoldersOf(sku);
            if (had.Count >= Least && !ReferenceEquals(had, have) && Lost(had, have) is >= Least and int losing && losing * 100L > had.Count * (long)Percent)
            {
                many.Add(new MassRemoval(sku, had.Count, losing));
            }
        }

        return many.ToValueArray();
    }

    private static int Lost(SortedPages<int> had, SortedPages<int> have)
    {
        int lost = 0;
        using IEnumerator<int> now = have.GetEnumerator();
        bool more = now.MoveNext();
        foreach (int user in had)
        {
            while (more && now.Current < user)
            {
                more = now.MoveNext();
            }

            lost += more && now.Current == user ? 0 : 1;
        }

        return lost;
    }
}
