// Translates a YAML program, whose package has this schema, by Pulumi's own generators. scripts/examples.mts builds and runs it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blang/semver"
	"github.com/hashicorp/hcl/v2"
	yaml "github.com/pulumi/pulumi-yaml/pkg/pulumiyaml/codegen"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: examples SCHEMA FOLDER"))
	}
	spec, err := specOf(os.Args[1])
	if err != nil {
		fail(err)
	}
	folder := os.Args[2]
	for _, generate := range []func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error){
		nodejs.GenerateProgram, python.GenerateProgram, gogen.GenerateProgram,
	} {
		if err := translate(spec, folder, generate); err != nil {
			fail(err)
		}
	}
}

func specOf(file string) (schema.PackageSpec, error) {
	var spec schema.PackageSpec
	text, err := os.ReadFile(file)
	if err != nil {
		return spec, err
	}
	return spec, json.Unmarshal(text, &spec)
}

// translate binds the schema anew: the generator of Python changes what it gets.
func translate(
	spec schema.PackageSpec, folder string,
	generate func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error),
) error {
	// The schema refers to no other package, so nothing is loaded.
	bound, diagnostics, err := schema.BindSpec(spec, loader{}, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	if diagnostics.HasErrors() {
		return diagnostics
	}
	_, program, err := yaml.Eject(folder, loader{bound: bound})
	if err != nil {
		return err
	}
	files, diagnostics, err := generate(program)
	if err != nil {
		return err
	}
	if diagnostics.HasErrors() {
		return diagnostics
	}
	for name, contents := range files {
		if err := os.WriteFile(filepath.Join(folder, name), contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// loader knows one package.
type loader struct {
	schema.ReferenceLoader
	bound *schema.Package
}

func (l loader) LoadPackageReference(string, *semver.Version) (schema.PackageReference, error) {
	return l.bound.Reference(), nil
}

func (l loader) LoadPackageReferenceV2(context.Context, *schema.PackageDescriptor) (schema.PackageReference, error) {
	return l.bound.Reference(), nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
