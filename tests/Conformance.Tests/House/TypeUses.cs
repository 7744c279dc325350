using System.Reflection;
using System.Reflection.Emit;

namespace Berth.Conformance.Tests.House;

/// <summary>
/// Which types a compiled type knows: those of its signatures and those its method bodies name. Sources would not do:
/// a type of a parent namespace needs no using.
/// </summary>
internal static class TypeUses
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> _codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    public static IReadOnlySet<Type> Of(Type type)
    {
        HashSet<Type> uses = [];
        Add(uses, type.BaseType);
        foreach (Type face in type.GetInterfaces())
        {
            Add(uses, face);
        }

        foreach (FieldInfo field in type.GetFields(Own))
        {
            Add(uses, field.FieldType);
        }

        foreach (MethodBase method in type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)))
        {
            Add(uses, (method as MethodInfo)?.ReturnType);
            foreach (ParameterInfo parameter in method.GetParameters())
            {
                Add(uses, parameter.ParameterType);
            }

            AddBody(uses, type, method);
        }

        return uses;
    }

    private static void AddBody(HashSet<Type> uses, Type type, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code)
        {
            return;
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            Add(uses, local.LocalType);
        }

        Type[] ofType = type.GetGenericArguments();
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < code.Length;)
        {
            int value = code[at++];
            OpCode instruction = _codes[value == 0xFE ? 0xFE00 | code[at++] : value];
            switch (instruction.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    MemberInfo member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                    Add(uses, member as Type ?? member.DeclaringType);
                    if (member is MethodInfo { IsGenericMethod: true } generic)
                    {
                        Array.ForEach(generic.GetGenericArguments(), argument => Add(uses, argument));
                    }

                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static void Add(HashSet<Type> uses, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.GetElementType() is { } element)
        {
            Add(uses, element);
            return;
        }

        if (!uses.Add(type) || !type.IsGenericType)
        {
            return;
        }

        Array.ForEach(type.GetGenericArguments(), argument => Add(uses, argument));
    }
}
