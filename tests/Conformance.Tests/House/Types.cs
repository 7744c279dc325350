using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>What the types of the product promise.</summary>
public sealed class Types
{
    [Fact]
    public void An_interface_has_two_implementations_in_the_product() =>
        Repository.Nothing(
            "An interface with fewer than two implementations: use the type itself",
            Product.Types.Where(type => type.IsInterface)
                .Where(face => Product.Types.Count(type => type is { IsAbstract: false, IsInterface: false } && type.GetInterfaces().Any(one => Same(one, face))) < 2)
                .Select(face => face.FullName!));

    [Fact]
    public void An_id_is_a_readonly_record_struct() =>
        Repository.Nothing(
            "An id that is not a readonly record struct",
            Product.Types.Where(type => type.Name.EndsWith("Id", StringComparison.Ordinal) && type is not { IsAbstract: true, IsSealed: true })
                .Where(type => !IsRecord(type) || !type.IsValueType || !type.IsDefined(typeof(IsReadOnlyAttribute)))
                .Select(type => type.FullName!));

    [Fact]
    public void A_collection_in_a_record_has_value_equality() =>
        Repository.Nothing(
            "A collection that makes two equal records unequal: use ValueArray or another collection that compares its elements",
            Product.Engine.GetTypes().Where(type => IsRecord(type) && type.IsVisible)
                .SelectMany(record => record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(property => property.GetMethod!.IsDefined(typeof(CompilerGeneratedAttribute)))
                    .Where(property => property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable)))
                    .Where(property => !property.PropertyType.IsAssignableTo(typeof(IEquatable<>).MakeGenericType(property.PropertyType)))
                    .Select(property => $"{record.FullName}.{property.Name}")));

    /// <summary>The compiler gives every record a method that prints its members.</summary>
    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly, [typeof(StringBuilder)]) is not null;

    private static bool Same(Type one, Type face) => (one.IsGenericType ? one.GetGenericTypeDefinition() : one) == face;
}
