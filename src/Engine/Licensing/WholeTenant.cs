namespace Berth.Engine.Licensing;

/// <summary>Evaluates every pair of a tenant without changing anything: what a check of the whole tenant costs.</summary>
public static class WholeTenant
{
    /// <summary>Asks for every user and every group that wants or gives something whether the group's licenses are clear to be in force.</summary>
    /// <returns>Pairs evaluated, and pairs without violation.</returns>
    public static (long Evaluated, long Clear) Evaluate(Tenant tenant)
    {
        Seats seats = new(tenant);
        long evaluated = 0, clear = 0;
        for (int page = 0; page < tenant.Users.Pages; page++)
        {
            ReadOnlySpan<Directory.User?> users = tenant.Users.Page(page);
            ReadOnlySpan<UserLicenses> licenses = tenant.Parts.Licenses.Page(page);
            for (int i = 0; i < users.Length; i++)
            {
                if (users[i] is not { } user)
                {
                    continue;
                }

                int index = (page * Collections.PagedVector<UserLicenses>.PageSize) + i;
                string country = user.UsageLocation ?? tenant.Profile.Country;
                foreach (ref readonly GroupSource source in licenses[i].Groups.Span)
                {
                    LicenseSet wanted = LicenseState.Wanted(tenant, index, source.Group);
                    Outcome outcome = new GroupEvaluation(tenant.Catalog, seats, licenses[i], source.Group, wanted, country)
                        .Evaluate(tenant.Settings.GroupAtomicity);
                    evaluated++;
                    clear += outcome.Errors.Count == 0 ? 1 : 0;
                }
            }
        }

        return (evaluated, clear);
    }
}
