import ts from 'typescript';

export type Schema = Record<string, unknown>;

/** The JSON schema of a TypeScript type, as far as JSON has such values. A field more is always allowed: reports gain fields. */
export class SchemaOfType {
  private readonly definitions = new Map<string, Schema>();

  constructor(private readonly checker: ts.TypeChecker) {}

  whole(type: ts.Type): Schema {
    const schema = type.isUnion() ? this.union(type.types) : this.object(type);
    const definitions = Object.fromEntries([...this.definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { ...schema, ...(this.definitions.size === 0 ? {} : { definitions }) };
  }

  private of(type: ts.Type): Schema {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return this.union(type.types);
    return this.structured(type);
  }

  private union(types: readonly ts.Type[]): Schema {
    const given = types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const booleans = given.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral);
    const rest = booleans.length === 2 ? given.filter((type) => !booleans.includes(type)) : given;
    const literals = rest.filter((type): type is ts.StringLiteralType | ts.NumberLiteralType => isLiteral(type));
    const others = rest.filter((type) => !isLiteral(type)).map((type) => this.of(type));
    const schemas = [
      ...(literals.length === 0 ? [] : [{ enum: literals.map(({ value }) => value) }]),
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : []),
      ...others,
    ];
    const [only] = schemas;
    return schemas.length === 1 && only ? only : { anyOf: schemas };
  }

  private structured(type: ts.Type): Schema {
    if (this.checker.isArrayType(type) || this.checker.isTupleType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: item ? this.of(item) : {} };
    }
    const values = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values) return { type: 'object', additionalProperties: this.of(values) };
    const named: ts.Symbol | undefined = type.aliasSymbol ?? type.getSymbol(); // an intersection has none
    const name = named?.name ?? '';
    if (!/^[A-Z]/.test(name) || type.aliasTypeArguments) return this.object(type);
    if (!this.definitions.has(name)) {
      this.definitions.set(name, {}); // a type may refer to itself
      this.definitions.set(name, this.object(type));
    }
    return { $ref: `#/definitions/${name}` };
  }

  private object(type: ts.Type): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const description = ts.displayPartsToString(property.getDocumentationComment(this.checker));
      const schema = this.of(this.checker.getTypeOfSymbol(property));
      // Beside a `$ref` nothing else counts in this draft.
      properties[property.name] = description === '' || '$ref' in schema ? schema : { description, ...schema };
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  }
}

const isLiteral = (type: ts.Type): boolean => type.isStringLiteral() || type.isNumberLiteral();
