using System.Globalization;
using Berth.Engine.Directory;

namespace Berth.Demo;

/// <summary>The people of the demo: 249 employees in ten departments and the administrator. The same people in every installation.</summary>
internal static class ContosoPeople
{
    private static readonly string[] GivenNames =
    [
        "Adele", "Alex", "Amara", "Ana", "Anders", "Aiko", "Beatriz", "Ben", "Carla", "Chen", "Clara", "Daniel", "Deepa", "Diego", "Elena", "Elias",
        "Emma", "Farid", "Fatima", "Felix", "Freya", "Grace", "Hana", "Hugo", "Ines", "Isaac", "Isla", "Ivan", "Jamal", "Jana", "Joni", "Jonas",
        "Kaya", "Kenji", "Lara", "Lee", "Leila", "Liam", "Lidia", "Lukas", "Lynne", "Maya", "Megan", "Miguel", "Mina", "Miriam", "Nestor", "Nia",
        "Noah", "Olga", "Omar", "Patti", "Pavel", "Pradeep", "Priya", "Ravi", "Rosa", "Samir", "Sofia", "Tomas", "Uma", "Victor", "Yuki", "Zoe",
    ];

    private static readonly string[] Surnames =
    [
        "Abe", "Adeyemi", "Almeida", "Andersen", "Bauer", "Bennett", "Bianchi", "Bowen", "Brandt", "Carter", "Castillo", "Cho", "Costa", "Dahl", "Desai", "Diaz",
        "Dubois", "Eriksen", "Evans", "Farouk", "Fischer", "Flores", "Fontaine", "Foster", "Garcia", "Greene", "Gupta", "Haddad", "Hansen", "Hayes", "Hoffman", "Ibrahim",
        "Ito", "Jensen", "Johansson", "Kapoor", "Keller", "Kim", "Klein", "Kowalski", "Larsen", "Lopez", "Martin", "Mensah", "Meyer", "Moreau", "Murphy", "Nakamura",
        "Novak", "Okafor", "Olsen", "Park", "Patel", "Quinn", "Reyes", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Tanaka", "Turner", "Weber", "Young",
    ];

    private static readonly (string City, string? State, string Country, string Location, string Language, string Office)[] Places =
    [
        ("Seattle", "WA", "United States", "US", "en-US", "SEA/18"), ("Seattle", "WA", "United States", "US", "en-US", "SEA/20"),
        ("Austin", "TX", "United States", "US", "en-US", "AUS/2"), ("New York", "NY", "United States", "US", "en-US", "NYC/11"),
        ("London", null, "United Kingdom", "GB", "en-GB", "LON/4"), ("Berlin", null, "Germany", "DE", "de-DE", "BER/1"),
        ("Toronto", "ON", "Canada", "CA", "en-CA", "TOR/3"), ("Paris", null, "France", "FR", "fr-FR", "PAR/2"),
        ("Tokyo", null, "Japan", "JP", "ja-JP", "TYO/7"), ("Sydney", "NSW", "Australia", "AU", "en-AU", "SYD/5"),
    ];

    private static readonly (string Name, int People, string[] Titles)[] Departments =
    [
        ("Executive", 6, ["Chief Executive Officer", "Chief Financial Officer", "Chief Technology Officer", "Chief Operating Officer", "Chief People Officer", "Executive Assistant"]),
        ("Engineering", 62, ["Software Engineer", "Senior Software Engineer", "Test Engineer", "Engineering Manager", "Data Scientist"]),
        ("Sales", 44, ["Account Executive", "Sales Manager", "Sales Representative", "Solution Specialist"]),
        ("Customer Support", 38, ["Support Agent", "Support Lead", "Support Engineer"]),
        ("Operations", 32, ["Technician", "Shift Lead", "Warehouse Associate", "Operations Manager"]),
        ("Marketing", 20, ["Marketing Specialist", "Content Designer", "Marketing Manager"]),
        ("Finance", 18, ["Accountant", "Financial Analyst", "Controller"]),
        ("IT", 14, ["Systems Administrator", "Help Desk Technician", "Security Analyst"]),
        ("Human Resources", 10, ["HR Specialist", "Recruiter", "HR Business Partner"]),
        ("Legal", 5, ["Counsel", "Paralegal"]),
    ];

    /// <summary>People who have no usage location yet: a direct license is refused for them (E3).</summary>
    private const int EveryWithoutLocation = 83;

    /// <summary>People who have left: their accounts are disabled, and their licenses not yet taken back.</summary>
    private const int EveryDisabled = 61;

    /// <summary>The names of the departments, the largest first after the executives.</summary>
    public static IEnumerable<string> DepartmentNames => Departments.Select(department => department.Name);

    /// <summary>The administrator.</summary>
    public static User Administrator { get; } = new(
        DemoIds.Of("user", DemoTenant.Admin),
        DemoTenant.Admin,
        "Contoso Administrator",
        "admin",
        true,
        "US",
        default,
        default(UserAttributes).With(UserAttribute.JobTitle, "Administrator").With(UserAttribute.Department, "IT").With(UserAttribute.UserType, "Member"));

    /// <summary>The employees, department by department.</summary>
    public static IReadOnlyList<User> Employees { get; } = [.. Hire()];

    private static IEnumerable<User> Hire()
    {
        int number = 0;
        foreach ((string department, int people, string[] titles) in Departments)
        {
            for (int i = 0; i < people; i++, number++)
            {
                // 37 and 64 have no common divisor, so the names run through all pairs before one repeats.
                string given = GivenNames[number * 37 % GivenNames.Length];
                string surname = Surnames[((number * 23) + (number / GivenNames.Length * 5)) % Surnames.Length];
                string alias = $"{given}.{surname}".ToLowerInvariant();
                string name = $"{alias}@{DemoTenant.Domain}";
                (string city, string? state, string country, string location, string language, string office) = Places[number * 7 % Places.Length];
                UserAttributes attributes = default(UserAttributes)
                    .With(UserAttribute.GivenName, given)
                    .With(UserAttribute.Surname, surname)
                    .With(UserAttribute.JobTitle, titles[i % titles.Length])
                    .With(UserAttribute.Department, department)
                    .With(UserAttribute.CompanyName, "Contoso")
                    .With(UserAttribute.Mail, name)
                    .With(UserAttribute.City, city)
                    .With(UserAttribute.State, state)
                    .With(UserAttribute.Country, country)
                    .With(UserAttribute.OfficeLocation, office)
                    .With(UserAttribute.PreferredLanguage, language)
                    .With(UserAttribute.EmployeeId, (10_001 + number).ToString(CultureInfo.InvariantCulture))
                    .With(UserAttribute.EmployeeType, "Employee")
                    .With(UserAttribute.UserType, "Member");
                yield return new User(
                    DemoIds.Of("user", name),
                    name,
                    $"{given} {surname}",
                    alias,
                    number % EveryDisabled != EveryDisabled - 1,
                    number % EveryWithoutLocation == EveryWithoutLocation - 1 ? null : location,
                    default,
                    attributes);
            }
        }
    }
}
